package sqlite

import (
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// shared are Python Logbook's tables, as SQLAlchemy makes them. Only
// indexes are added to them.
const shared = `
CREATE TABLE IF NOT EXISTS {p}tickets (
	ticket_id INTEGER NOT NULL,
	record_hash VARCHAR(40),
	level INTEGER,
	channel VARCHAR(120),
	location VARCHAR(512),
	module VARCHAR(256),
	last_occurrence_time DATETIME,
	occurrence_count INTEGER,
	solved BOOLEAN,
	app_id VARCHAR(80),
	PRIMARY KEY (ticket_id),
	UNIQUE (record_hash)
);
CREATE TABLE IF NOT EXISTS {p}occurrences (
	occurrence_id INTEGER NOT NULL,
	ticket_id INTEGER,
	time DATETIME,
	data TEXT,
	app_id VARCHAR(80),
	PRIMARY KEY (occurrence_id),
	FOREIGN KEY(ticket_id) REFERENCES {p}tickets (ticket_id)
);`

// migrations bring the tables of this package from each version to the next one. A migration
// that was released never changes.
var migrations = []string{tables + adopt + triggers}

// tables of this package. Times are in microseconds since 1970, 0 for none.
//
// The tables counts and ordinals are narrow, since they are written for every ticket of a
// batch; meta is written when a person, or a change of state, does. A row of counts has tab 0
// for open and regressed tickets, 1 for muted, 2 for solved, and 3 for merged ones, which
// remain so that Python finds its row.
const tables = `
CREATE TABLE {p}counts (
	ticket_id INTEGER PRIMARY KEY, tab INTEGER NOT NULL, regressed INTEGER NOT NULL, total INTEGER NOT NULL,
	stored INTEGER NOT NULL, last_seen INTEGER NOT NULL, first_seen INTEGER NOT NULL);
CREATE INDEX {p}counts_seen ON {p}counts (tab, last_seen, ticket_id);
CREATE INDEX {p}counts_total ON {p}counts (tab, total, ticket_id);
CREATE INDEX {p}counts_regressed ON {p}counts (ticket_id) WHERE regressed <> 0;
CREATE INDEX {p}tickets_channel ON {p}tickets (channel);
CREATE INDEX {p}tickets_app ON {p}tickets (app_id);
CREATE INDEX {p}tickets_level ON {p}tickets (level);
CREATE TABLE {p}meta (
	ticket_id INTEGER PRIMARY KEY, title TEXT NOT NULL, assignee TEXT NOT NULL DEFAULT '',
	first_release TEXT NOT NULL DEFAULT '', last_release TEXT NOT NULL DEFAULT '',
	solved_at INTEGER NOT NULL DEFAULT 0, next_release INTEGER NOT NULL DEFAULT 0, regressions INTEGER NOT NULL DEFAULT 0,
	mute_until INTEGER NOT NULL DEFAULT 0, mute_count INTEGER NOT NULL DEFAULT 0, mute_period INTEGER NOT NULL DEFAULT 0,
	mute_began INTEGER NOT NULL DEFAULT 0, mute_seen INTEGER NOT NULL DEFAULT 0, merged_into INTEGER, link TEXT NOT NULL DEFAULT '');
CREATE INDEX {p}meta_assignee ON {p}meta (assignee) WHERE assignee <> '';
CREATE INDEX {p}meta_linked ON {p}meta (ticket_id) WHERE link <> '';
CREATE INDEX {p}meta_merged ON {p}meta (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE {p}search (ticket_id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE {p}fingerprints (hash BLOB PRIMARY KEY, ticket_id INTEGER NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX {p}fingerprints_ticket ON {p}fingerprints (ticket_id);
CREATE TABLE {p}ordinals (ticket_id INTEGER, n INTEGER, occurrence_id INTEGER NOT NULL, PRIMARY KEY (ticket_id, n)) WITHOUT ROWID;
CREATE TABLE {p}hours (hour INTEGER, ticket_id INTEGER, n INTEGER NOT NULL, PRIMARY KEY (hour, ticket_id)) WITHOUT ROWID;
CREATE TABLE {p}places (ticket_id INTEGER, kind INTEGER, value TEXT, PRIMARY KEY (ticket_id, kind, value)) WITHOUT ROWID;
CREATE INDEX {p}places_value ON {p}places (kind, value);
CREATE TABLE {p}releases (release TEXT PRIMARY KEY, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE {p}producers (producer TEXT PRIMARY KEY, numbers BLOB NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE {p}created (hour INTEGER, app_id TEXT, n INTEGER NOT NULL, PRIMARY KEY (hour, app_id)) WITHOUT ROWID;
CREATE TABLE {p}history (
	id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
	actor TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '');
CREATE INDEX {p}history_ticket ON {p}history (ticket_id, id);
CREATE TABLE {p}documents (name TEXT PRIMARY KEY, version INTEGER NOT NULL, data BLOB);
`

// micros is the time in a column of Python's tables, in microseconds.
func micros(column string) string {
	return "(CAST(strftime('%s', substr(" + column + ", 1, 19)) AS INTEGER) * 1000000 + CAST(substr(" + column + ", 21, 6) AS INTEGER))"
}

// firstLine is the first line of the message in the column data, or NULL. Python writes NaN,
// which is not JSON.
const firstLine = `(SELECT substr(m, 1, CASE WHEN instr(m, char(10)) > 0 THEN min(200, instr(m, char(10)) - 1) ELSE 200 END)
	FROM (SELECT CASE WHEN json_valid(data) THEN json_extract(data, '$.message') END AS m))`

// adopt makes the rows of this package for tickets that Python has written before.
var adopt = `
INSERT INTO {p}ordinals SELECT o.ticket_id,
		t.occurrence_count - count(*) OVER (PARTITION BY o.ticket_id) + row_number() OVER (PARTITION BY o.ticket_id ORDER BY o.occurrence_id),
		o.occurrence_id
	FROM {p}occurrences o JOIN {p}tickets t ON t.ticket_id = o.ticket_id;
INSERT INTO {p}hours SELECT ` + micros("time") + ` / 3600000000, ticket_id, count(*) FROM {p}occurrences WHERE ticket_id IS NOT NULL AND time IS NOT NULL GROUP BY 1, 2;
INSERT INTO {p}counts SELECT t.ticket_id, CASE WHEN t.solved THEN 2 ELSE 0 END, 0, t.occurrence_count,
		(SELECT count(*) FROM {p}ordinals n WHERE n.ticket_id = t.ticket_id),
		coalesce(` + micros("t.last_occurrence_time") + `, 0),
		coalesce((SELECT ` + micros("o.time") + ` FROM {p}ordinals n JOIN {p}occurrences o ON o.occurrence_id = n.occurrence_id
			WHERE n.ticket_id = t.ticket_id ORDER BY n.n LIMIT 1), ` + micros("t.last_occurrence_time") + `, 0)
	FROM {p}tickets t;
INSERT INTO {p}meta (ticket_id, title) SELECT t.ticket_id,
		coalesce((SELECT ` + firstLine + ` FROM {p}ordinals n JOIN {p}occurrences o ON o.occurrence_id = n.occurrence_id
			WHERE n.ticket_id = t.ticket_id ORDER BY n.n LIMIT 1), '')
	FROM {p}tickets t;
INSERT INTO {p}search SELECT t.ticket_id, lower(m.title || char(10) || t.location || char(10) || t.channel)
	FROM {p}tickets t JOIN {p}meta m ON m.ticket_id = t.ticket_id;
INSERT OR IGNORE INTO {p}fingerprints SELECT CAST(record_hash AS BLOB), ticket_id, 'callsite/1' FROM {p}tickets WHERE record_hash IS NOT NULL;
INSERT INTO {p}history (ticket_id, at, kind) SELECT ticket_id, first_seen, 'created' FROM {p}counts;
`

// The triggers keep the tables of this package exact while Python writes. This package
// writes its own tables before Python's, so that the conditions are false for it.
var triggers = strings.NewReplacer(
	"@target", "(SELECT coalesce(merged_into, ticket_id) FROM {p}meta WHERE ticket_id = NEW.ticket_id)",
	"@at", micros("NEW.last_occurrence_time"),
	"@hours", strings.ReplaceAll(hoursOf, "?", "OLD.ticket_id"),
).Replace(`
CREATE TRIGGER {p}inserted AFTER INSERT ON {p}tickets WHEN NEW.occurrence_count = 0 BEGIN
	INSERT INTO {p}counts VALUES (NEW.ticket_id, 0, 0, 0, 0, 0, 0);
	INSERT INTO {p}meta (ticket_id, title) VALUES (NEW.ticket_id, '');
	INSERT INTO {p}search VALUES (NEW.ticket_id, lower(NEW.location || char(10) || NEW.channel));
	INSERT OR IGNORE INTO {p}fingerprints VALUES (CAST(NEW.record_hash AS BLOB), NEW.ticket_id, 'callsite/1');
END;

CREATE TRIGGER {p}counted AFTER UPDATE OF occurrence_count ON {p}tickets
WHEN NEW.occurrence_count <> (SELECT total FROM {p}counts WHERE ticket_id = NEW.ticket_id) BEGIN
	-- The title, from the newest occurrence, which Python has just inserted.
	UPDATE {p}meta SET title = coalesce((SELECT ` + firstLine + ` FROM {p}occurrences
			WHERE occurrence_id = (SELECT max(occurrence_id) FROM {p}occurrences) AND ticket_id = NEW.ticket_id), '')
		WHERE ticket_id = @target AND title = '';
	UPDATE {p}search SET text = lower((SELECT title FROM {p}meta WHERE ticket_id = NEW.ticket_id) || char(10) || NEW.location || char(10) || NEW.channel)
		WHERE ticket_id = NEW.ticket_id AND (SELECT total FROM {p}counts WHERE ticket_id = NEW.ticket_id) = 0;
	INSERT INTO {p}history (ticket_id, at, kind) SELECT ticket_id, @at, 'created' FROM {p}counts WHERE ticket_id = NEW.ticket_id AND total = 0 AND tab <> 3;
	-- A muted ticket.
	UPDATE {p}meta SET
			mute_began = CASE WHEN mute_seen = 0 OR mute_period > 0 AND @at - mute_began >= mute_period THEN @at ELSE mute_began END,
			mute_seen = CASE WHEN mute_seen = 0 OR mute_period > 0 AND @at - mute_began >= mute_period THEN 1 ELSE mute_seen + 1 END
		WHERE ticket_id = @target AND mute_count > 0 AND (SELECT tab FROM {p}counts WHERE ticket_id = @target) = 1;
	INSERT INTO {p}history (ticket_id, at, kind) SELECT ticket_id, @at, 'unmuted' FROM {p}meta
		WHERE ticket_id = @target AND (SELECT tab FROM {p}counts WHERE ticket_id = @target) = 1
			AND (mute_until > 0 AND @at > mute_until OR mute_count > 0 AND mute_seen >= mute_count);
	UPDATE {p}counts SET tab = 0 WHERE ticket_id = @target AND tab = 1 AND EXISTS (SELECT 1 FROM {p}meta
		WHERE ticket_id = @target AND (mute_until > 0 AND @at > mute_until OR mute_count > 0 AND mute_seen >= mute_count));
	UPDATE {p}meta SET mute_until = 0, mute_count = 0, mute_period = 0, mute_began = 0, mute_seen = 0
		WHERE ticket_id = @target AND (mute_until > 0 OR mute_count > 0) AND (SELECT tab FROM {p}counts WHERE ticket_id = @target) = 0;
	-- A solved ticket.
	INSERT INTO {p}history (ticket_id, at, kind) SELECT ticket_id, @at, 'regressed' FROM {p}counts WHERE ticket_id = @target AND tab = 2;
	UPDATE {p}meta SET regressions = regressions + 1, next_release = 0
		WHERE ticket_id = @target AND (SELECT tab FROM {p}counts WHERE ticket_id = @target) = 2;
	UPDATE {p}counts SET tab = 0, regressed = 1 WHERE ticket_id = @target AND tab = 2;
	-- The occurrence and the counts.
	INSERT OR IGNORE INTO {p}ordinals SELECT c.ticket_id, c.total + NEW.occurrence_count - OLD.occurrence_count, o.occurrence_id
		FROM {p}counts c, {p}occurrences o WHERE c.ticket_id = @target
			AND o.occurrence_id = (SELECT max(occurrence_id) FROM {p}occurrences) AND o.ticket_id = NEW.ticket_id;
	UPDATE {p}occurrences SET ticket_id = @target
		WHERE occurrence_id = (SELECT max(occurrence_id) FROM {p}occurrences) AND ticket_id = NEW.ticket_id AND @target <> NEW.ticket_id;
	UPDATE {p}counts SET
			first_seen = CASE WHEN total = 0 THEN @at ELSE min(first_seen, @at) END,
			last_seen = CASE WHEN total = 0 THEN @at ELSE max(last_seen, @at) END,
			stored = stored + (SELECT count(*) FROM {p}ordinals n WHERE n.ticket_id = {p}counts.ticket_id AND n.n = total + NEW.occurrence_count - OLD.occurrence_count),
			total = total + NEW.occurrence_count - OLD.occurrence_count
		WHERE ticket_id = @target;
	INSERT INTO {p}hours VALUES (@at / 3600000000, @target, NEW.occurrence_count - OLD.occurrence_count)
		ON CONFLICT (hour, ticket_id) DO UPDATE SET n = n + excluded.n;
	-- A merged ticket passes the count on.
	UPDATE {p}tickets SET occurrence_count = (SELECT total FROM {p}counts WHERE ticket_id = @target), solved = 0,
			last_occurrence_time = max(last_occurrence_time, NEW.last_occurrence_time)
		WHERE ticket_id = @target AND @target <> NEW.ticket_id;
	UPDATE {p}tickets SET occurrence_count = 0, solved = 1 WHERE ticket_id = NEW.ticket_id AND @target <> NEW.ticket_id;
END;

CREATE TRIGGER {p}solved AFTER UPDATE OF solved ON {p}tickets
WHEN NEW.solved AND (SELECT tab FROM {p}counts WHERE ticket_id = NEW.ticket_id) IN (0, 1) BEGIN
	UPDATE {p}counts SET tab = 2, regressed = 0 WHERE ticket_id = NEW.ticket_id;
	UPDATE {p}meta SET solved_at = CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000, next_release = 0,
		mute_until = 0, mute_count = 0, mute_period = 0, mute_began = 0, mute_seen = 0 WHERE ticket_id = NEW.ticket_id;
	INSERT INTO {p}history (ticket_id, at, kind) SELECT ticket_id, solved_at, 'solved' FROM {p}meta WHERE ticket_id = NEW.ticket_id;
END;

CREATE TRIGGER {p}deleted AFTER DELETE ON {p}tickets BEGIN
	DELETE FROM {p}hours WHERE ticket_id = OLD.ticket_id AND hour IN (@hours);
	DELETE FROM {p}counts WHERE ticket_id = OLD.ticket_id OR ticket_id IN (SELECT ticket_id FROM {p}meta WHERE merged_into = OLD.ticket_id);
	DELETE FROM {p}tickets WHERE ticket_id IN (SELECT ticket_id FROM {p}meta WHERE merged_into = OLD.ticket_id);
	DELETE FROM {p}meta WHERE ticket_id = OLD.ticket_id OR merged_into = OLD.ticket_id;
	DELETE FROM {p}search WHERE ticket_id = OLD.ticket_id;
	DELETE FROM {p}fingerprints WHERE ticket_id = OLD.ticket_id;
	DELETE FROM {p}ordinals WHERE ticket_id = OLD.ticket_id;
	DELETE FROM {p}places WHERE ticket_id = OLD.ticket_id;
	DELETE FROM {p}history WHERE ticket_id = OLD.ticket_id;
END;
`)

// hoursOf lists the hours in which a ticket may have been counted, one look-up each: a range
// of hours would read those of all tickets. Both parameters are the id.
const hoursOf = `WITH RECURSIVE h(x) AS (
	SELECT (SELECT min(hour) FROM {p}hours WHERE hour >= (SELECT first_seen / 3600000000 FROM {p}counts WHERE ticket_id = ?))
	UNION ALL SELECT (SELECT min(hour) FROM {p}hours WHERE hour > x) FROM h
		WHERE x < (SELECT last_seen / 3600000000 FROM {p}counts WHERE ticket_id = ?)) SELECT x FROM h WHERE x IS NOT NULL`

var (
	hoursOfFirst  = strings.ReplaceAll(hoursOf, "?", "?1")
	hoursOfSecond = strings.ReplaceAll(hoursOf, "?", "?2")
)

// migrate creates what is missing, or refuses to if the options say so.
func (s *Store) migrate() error {
	version, err := s.version()
	if err != nil || version == len(migrations) {
		return err
	}
	if s.noCreate {
		return ticketing.ErrMissing
	}
	return s.w.transaction(func() error {
		script := shared + "CREATE TABLE IF NOT EXISTS {p}version (version INTEGER NOT NULL, pruned INTEGER NOT NULL);"
		if err := s.script(script); err != nil {
			return err
		}
		version, err := s.version() // another process may have been first
		if err != nil || version == len(migrations) {
			return err
		}
		for _, m := range migrations[version:] {
			if err := s.script(m); err != nil {
				return err
			}
		}
		return s.script(fmt.Sprintf("DELETE FROM {p}version; INSERT INTO {p}version VALUES (%d, %d)", len(migrations), micro.Of(micro.Now())))
	})
}

// version returns the version of the tables of this package, 0 if there are none.
func (s *Store) version() (version int, err error) {
	var tables int
	if _, err := s.w.row("SELECT count(*) FROM sqlite_master WHERE name = ?", []any{s.expand("{p}version")}, &tables); err != nil || tables == 0 {
		return 0, err
	}
	if _, err := s.w.row("SELECT version FROM {p}version", nil, &version); err != nil {
		return 0, err
	}
	if version > len(migrations) {
		return 0, fmt.Errorf("%w: its tables have version %d, want %d", ticketing.ErrNewer, version, len(migrations))
	}
	return version, nil
}
