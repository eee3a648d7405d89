-- What a key may do, and until when. Keys made before could do everything, and still can.
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT 'admin impact read write';
ALTER TABLE api_key ADD COLUMN expires_at TEXT
