// A file that cannot be read. What to do instead is told by a text of the page, `import.unreadable.WHY`.
export class Unreadable extends Error {
  constructor(why, places = {}) {
    super(why);
    this.why = why;
    this.places = places;
  }
}
