-- Times of day are UTC in ISO form, so that they sort as text. Paths below the library's folder
-- are relative to it, so that the whole folder can be moved.

CREATE TABLE analyses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    report TEXT NOT NULL,
    report_sha256 TEXT NOT NULL,
    video TEXT NOT NULL,
    video_name TEXT NOT NULL,
    video_sha256 TEXT NOT NULL,
    duration_s REAL,
    created_at TEXT NOT NULL,
    status TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    describer TEXT NOT NULL,
    threshold REAL NOT NULL,
    top_score REAL,
    top_time_s REAL,
    summary TEXT NOT NULL,
    thumbnail TEXT,
    -- latest: the newest of its video; older; removed: only kept because events of it were reviewed
    state TEXT NOT NULL DEFAULT 'latest' CHECK (state IN ('latest', 'older', 'removed'))
);
CREATE UNIQUE INDEX analyses_by_report ON analyses (report) WHERE state != 'removed';
CREATE INDEX analyses_by_video ON analyses (video_sha256, created_at, id);

CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    analysis_id INTEGER NOT NULL REFERENCES analyses (id),
    number INTEGER NOT NULL,
    start_s REAL NOT NULL,
    end_s REAL NOT NULL,
    peak_s REAL NOT NULL,
    score REAL NOT NULL,
    probability REAL,
    label TEXT NOT NULL,
    video_name TEXT NOT NULL,
    description TEXT NOT NULL,
    answers TEXT NOT NULL,
    facts TEXT NOT NULL,
    thumbnail TEXT,
    -- whether its analysis is the latest of its video
    listed INTEGER NOT NULL,
    -- what the latest review says
    decision TEXT NOT NULL DEFAULT 'unreviewed',
    review_id INTEGER,
    notes TEXT NOT NULL DEFAULT '',
    UNIQUE (analysis_id, number)
);
CREATE INDEX events_by_score ON events (score DESC, id) WHERE listed;
CREATE INDEX events_by_length ON events (end_s - start_s DESC, id) WHERE listed;
CREATE INDEX events_by_video ON events (video_name COLLATE NOCASE, analysis_id, number) WHERE listed;
CREATE INDEX events_by_review
    ON events (decision = 'unreviewed', review_id DESC, score DESC, id) WHERE listed;
CREATE INDEX events_by_decision ON events (decision, score DESC, id) WHERE listed;
CREATE INDEX events_of_analysis ON events (analysis_id, decision);

CREATE TABLE event_facts (
    event_id INTEGER NOT NULL REFERENCES events (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, value, event_id)
) WITHOUT ROWID;
CREATE INDEX facts_of_event ON event_facts (event_id);

CREATE TABLE event_features (
    event_id INTEGER PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    encoder TEXT NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX features_by_encoder ON event_features (encoder);

-- Reviews are only ever added. decision 'unreviewed' stands for a review that was undone;
-- previous_id is the review that undoing brings back.
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id INTEGER NOT NULL REFERENCES events (id),
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    notes TEXT NOT NULL,
    start_s REAL,
    end_s REAL,
    saved_at TEXT NOT NULL,
    carried INTEGER NOT NULL DEFAULT 0,
    previous_id INTEGER REFERENCES reviews (id)
);
CREATE INDEX reviews_of_event ON reviews (event_id, id);

CREATE TRIGGER review_added AFTER INSERT ON reviews BEGIN
    UPDATE events
    SET decision = new.decision, review_id = new.id, notes = trim(new.reason || ' ' || new.notes)
    WHERE id = new.event_id;
END;

CREATE TRIGGER analysis_state_changed AFTER UPDATE OF state ON analyses
WHEN new.state != old.state BEGIN
    UPDATE events SET listed = (new.state = 'latest') WHERE analysis_id = new.id;
END;

CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    video NOT NULL,
    settings TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    place INTEGER NOT NULL,
    stage TEXT NOT NULL DEFAULT '',
    fraction REAL,
    message TEXT NOT NULL DEFAULT '',
    added_at TEXT NOT NULL,
    started_at TEXT,
    ended_at TEXT,
    analysis_id INTEGER,
    error TEXT NOT NULL DEFAULT '',
    owner TEXT,
    heartbeat_at TEXT,
    attempts INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX queue_by_open_video ON queue (video) WHERE state IN ('waiting', 'running');
CREATE INDEX queue_by_place ON queue (state, place);

CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder NOT NULL UNIQUE,
    settings TEXT NOT NULL,
    added_at TEXT NOT NULL
);

-- queue_paused: 1 while it is. features_version: counts what changes the search for similar events.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
);
INSERT INTO marks (name, value) VALUES ('queue_paused', 0), ('features_version', 0);

CREATE VIRTUAL TABLE event_words USING fts5 (
    video_name, description, answers, notes,
    content = 'events', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER event_added AFTER INSERT ON events BEGIN
    INSERT INTO event_words (rowid, video_name, description, answers, notes)
    VALUES (new.id, new.video_name, new.description, new.answers, new.notes);
END;
CREATE TRIGGER event_deleted AFTER DELETE ON events BEGIN
    INSERT INTO event_words (event_words, rowid, video_name, description, answers, notes)
    VALUES ('delete', old.id, old.video_name, old.description, old.answers, old.notes);
END;
CREATE TRIGGER event_notes_changed AFTER UPDATE OF notes ON events BEGIN
    INSERT INTO event_words (event_words, rowid, video_name, description, answers, notes)
    VALUES ('delete', old.id, old.video_name, old.description, old.answers, old.notes);
    INSERT INTO event_words (rowid, video_name, description, answers, notes)
    VALUES (new.id, new.video_name, new.description, new.answers, new.notes);
END;

CREATE VIRTUAL TABLE analysis_words USING fts5 (
    video, summary,
    content = 'analyses', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER analysis_added AFTER INSERT ON analyses BEGIN
    INSERT INTO analysis_words (rowid, video, summary) VALUES (new.id, new.video, new.summary);
END;
CREATE TRIGGER analysis_deleted AFTER DELETE ON analyses BEGIN
    INSERT INTO analysis_words (analysis_words, rowid, video, summary)
    VALUES ('delete', old.id, old.video, old.summary);
END;
