-- A file of another size cannot be the video. NULL where an older version took the analysis in:
-- then the report is asked once.
ALTER TABLE analyses ADD COLUMN size_bytes INTEGER;

-- `video` is where the video is now; its report keeps where it was analysed.
CREATE TRIGGER analysis_video_moved AFTER UPDATE OF video ON analyses BEGIN
    INSERT INTO analysis_words (analysis_words, rowid, video, summary)
    VALUES ('delete', old.id, old.video, old.summary);
    INSERT INTO analysis_words (rowid, video, summary) VALUES (new.id, new.video, new.summary);
    UPDATE events SET video_name = new.video_name WHERE analysis_id = new.id;
END;
CREATE TRIGGER event_video_moved AFTER UPDATE OF video_name ON events
WHEN new.video_name != old.video_name BEGIN
    INSERT INTO event_words (event_words, rowid, video_name, description, answers, notes)
    VALUES ('delete', old.id, old.video_name, old.description, old.answers, old.notes);
    INSERT INTO event_words (rowid, video_name, description, answers, notes)
    VALUES (new.id, new.video_name, new.description, new.answers, new.notes);
END;
