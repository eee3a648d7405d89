// What a form asks for: it follows from the task, which follows from the model where nobody names one.
import { useEffect, useMemo, useState } from "preact/hooks";
import { models } from "../api.js";
import { fieldsOf } from "./work.js";

// The task that a model is for, so that the form asks what it needs.
const useTaskOf = (model, ready) => {
  const [task, setTask] = useState("");
  useEffect(() => {
    if (!ready || !model) return setTask("");
    const controller = new AbortController();
    models(model, controller.signal).then(([found]) => setTask(found?.task ?? ""), () => {});
    return () => controller.abort();
  }, [model, ready]);
  return task;
};

export const useFields = (work, offered, ready) => {
  const ofModel = useTaskOf(work.model_id, ready);
  const task = offered.tasks.find((one) => one.id === (work.task || ofModel));
  const fields = useMemo(() => fieldsOf(task), [task]);
  return { ofModel, fields };
};
