-- When its video was analysed stands with each event too, so that lists need no second table.
ALTER TABLE events ADD COLUMN created_at TEXT NOT NULL DEFAULT '';
UPDATE events SET created_at = (SELECT created_at FROM analyses a WHERE a.id = analysis_id);
CREATE INDEX events_by_time ON events (created_at DESC, analysis_id DESC, number) WHERE listed;

-- Watched folders ask which of their videos were analysed.
CREATE INDEX analyses_by_path ON analyses (video, created_at);
