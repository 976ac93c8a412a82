-- Videos of folders that once joined the queue, as they were then: a changed file is a new one.
CREATE TABLE seen_videos (
    video NOT NULL PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL
) WITHOUT ROWID;
