package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/config/tickets"
	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

const ticketsImportHelp = `Import makes tickets of files, or of standard input (-). It makes the database and its
tables unless they are there. A file is one of these:

JSON lines, as a sink json: or any of the loggers that "logbook pipe" knows writes them.
Records below --level are left out. Options of the URI apply as in a sink: app_id, grouping,
and new_tickets, which bounds the tickets that the records of one hour make. To import other
lines, use "logbook pipe --to sqlite:tickets.db".

A database of Python Logbook in SQLite. Its tickets keep their fingerprints, so that they
go on with a handler whose grouping is callsite/1; counts, records and whether they are
solved are carried over, and --level has no effect. If a ticket has counted more records than
are stored, one of those stands for the others. If the file is the one of --db, nothing is
copied: the tables that are missing are made beside Python's.

What was imported before is not imported again: the lines of a file that begins with the
same line, up to the number of lines then, and as many records of a ticket of Python as
then. So a file that has grown can be imported again.`

const ticketsImportExamples = `  logbook tickets import app.log --db sqlite:tickets.db
  logbook spool cat /var/lib/logbook | logbook tickets import --level error --db sqlite:tickets.db
  logbook tickets import python.db --db sqlite:tickets.db`

func ticketsImportCommand(db *database) *cobra.Command {
	level, prefix, channel := logbook.LevelWarn, "", ""
	cmd := &cobra.Command{
		Use: "import [FILE]...", Short: "Make tickets of JSON lines, or of a database of Python Logbook",
		Long: ticketsImportHelp, Example: ticketsImportExamples,
		RunE: func(cmd *cobra.Command, args []string) error {
			if db.uri == "" {
				return errNoDatabase
			}
			if len(args) == 0 {
				args = []string{"-"}
			}
			for _, name := range args { // before the database is made
				if name == "-" {
					continue
				}
				f, err := os.Open(name)
				if err != nil {
					return err
				}
				if _, err := f.Read(make([]byte, 1)); err != nil && err != io.EOF {
					return errors.Join(err, f.Close()) // a folder
				}
				if err := f.Close(); err != nil {
					return err
				}
			}
			h, err := tickets.OpenHandler(db.uri)
			if err != nil {
				return openError(err)
			}
			return closeAfter(cmd, h.Store(), func(ctx context.Context, s ticketing.Store) error {
				i := &ticketsImport{store: s, handler: h, level: level, channel: channel, prefix: prefix, complain: func(err error) { complain(cmd.ErrOrStderr(), "%v", err) }}
				for _, name := range args {
					if err := i.file(ctx, name, cmd.InOrStdin()); err != nil {
						return fmt.Errorf("%s: %w", cmp.Or(map[string]string{"-": "standard input"}[name], name), err)
					}
				}
				return i.report(cmd.OutOrStdout())
			})
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().Var(&levelFlag{&level}, "level", "leave out records of JSON below `LEVEL`")
	cmd.Flags().StringVar(&channel, "channel", "import", "channel `NAME` for lines of JSON without one")
	cmd.Flags().StringVar(&prefix, "prefix", "logbook_", "`TEXT` at the beginning of the names of Python's tables")
	_ = cmd.RegisterFlagCompletionFunc("level", completeLevels) // fails for flags that do not exist
	return cmd
}

// ticketsImport holds the state of the command "logbook tickets import".
type ticketsImport struct {
	store    ticketing.Store
	handler  *ticketing.Handler
	level    logbook.Level
	channel  string
	prefix   string
	complain func(error)

	batch   []*ticketing.Entry
	refused int
	adopted int // tickets of the database itself
}

// importBatch is the number of records that are recorded at once.
// maxLine is the length of the longest line. A longer one is left out.
const maxLine = 1 << 20

const importBatch = 500

var sqliteMagic = []byte("SQLite format 3\x00")

func (i *ticketsImport) file(ctx context.Context, name string, stdin io.Reader) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	r := bufio.NewReaderSize(in, 64<<10)
	if head, _ := r.Peek(len(sqliteMagic)); bytes.Equal(head, sqliteMagic) {
		if name == "-" {
			return &usageError{errors.New("a database must be given as a file")}
		}
		return i.database(ctx, name)
	}
	return i.lines(ctx, r)
}

// lines imports lines of JSON.
func (i *ticketsImport) lines(ctx context.Context, in *bufio.Reader) error {
	instance := ""
	for n := uint64(1); ; n++ {
		line, err := frame.Line(in, maxLine)
		if errors.Is(err, frame.ErrTooLong) {
			i.refuse(fmt.Errorf("line %d: longer than %d bytes", n, maxLine))
			continue
		}
		if len(line) > 0 {
			if instance == "" {
				instance = fmt.Sprintf("import:%x", sha1.Sum(line))
			}
			if failure := i.line(ctx, line, instance, n); failure != nil {
				return failure
			}
		}
		switch {
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
			return i.flush(ctx)
		case err != nil:
			return errors.Join(err, i.flush(ctx))
		}
	}
}

func (i *ticketsImport) line(ctx context.Context, line []byte, instance string, n uint64) error {
	now := time.Now()
	parsed, ok := logline.ParseJSON(line, now)
	if !ok {
		i.refuse(fmt.Errorf("line %d: not an object of JSON", n))
		return nil
	}
	r, err := parsed.Record(now, i.channel)
	var e *ticketing.Entry
	if err == nil {
		if b := i.handler.Binding(); r.Level() < i.level || b.Level != nil && r.Level() < logbook.LevelOf(b.Level) {
			return nil
		}
		e, err = i.handler.Entry(r)
	}
	if err != nil {
		i.refuse(fmt.Errorf("line %d: %w", n, err))
		return nil
	}
	e.Instance, e.Number = instance, n
	return i.add(ctx, e)
}

// maxRefusals bounds the refused lines that are reported.
const maxRefusals = 10

func (i *ticketsImport) refuse(err error) {
	if i.refused++; i.refused <= maxRefusals {
		i.complain(err)
	}
}

func (i *ticketsImport) add(ctx context.Context, e *ticketing.Entry) error {
	if i.batch = append(i.batch, e); len(i.batch) < importBatch {
		return nil
	}
	return i.flush(ctx)
}

func (i *ticketsImport) flush(ctx context.Context) error {
	if len(i.batch) == 0 {
		return nil
	}
	err := i.store.Record(ctx, i.batch)
	i.batch = i.batch[:0]
	return err
}

// database imports the tickets of Python Logbook.
func (i *ticketsImport) database(ctx context.Context, path string) error {
	if same(i.store, path) { // its tables were made when it was opened
		return eachTicket(ctx, i.store, func(*ticketing.Ticket) { i.adopted++ })
	}
	before, err := fingerprints(ctx, i.store)
	if err != nil {
		return err
	}
	numbers := make(map[ticketing.Fingerprint]uint64)
	solved := make(map[ticketing.Fingerprint]bool)
	err = sqlite.ReadPython(ctx, path, i.prefix, func(t *ticketing.Ticket, o *ticketing.Occurrence) error {
		e, err := i.entry(t, o)
		if err != nil {
			i.refuse(fmt.Errorf("record %d: %w", o.ID, err))
			return nil
		}
		numbers[e.Fingerprint]++
		e.Instance, e.Number = "import:"+string(e.Fingerprint), numbers[e.Fingerprint]
		if _, known := before[e.Fingerprint]; !known && t.State == ticketing.Solved {
			solved[e.Fingerprint] = true
		}
		return i.add(ctx, e)
	})
	if err == nil {
		err = i.flush(ctx)
	}
	if err != nil || len(solved) == 0 {
		return err
	}
	now, err := fingerprints(ctx, i.store)
	for f := range solved {
		if id, found := now[f]; found && err == nil {
			err = i.store.Act(ctx, id, &ticketing.Action{Kind: ticketing.EventSolved, Actor: osUser(), Comment: "imported from Python"})
		}
	}
	return err
}

// same reports whether a store is the database in a file.
func same(s ticketing.Store, path string) bool {
	db, ok := s.(*sqlite.Store)
	if !ok {
		return false
	}
	a, err1 := os.Stat(db.Path())
	b, err2 := os.Stat(path)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// fingerprints returns the ids of all tickets by their fingerprints.
func fingerprints(ctx context.Context, s ticketing.Store) (map[ticketing.Fingerprint]int64, error) {
	ids := make(map[ticketing.Fingerprint]int64)
	return ids, eachTicket(ctx, s, func(t *ticketing.Ticket) { ids[t.Fingerprint] = t.ID })
}

// entry returns the entry of a record of Python.
func (i *ticketsImport) entry(t *ticketing.Ticket, o *ticketing.Occurrence) (*ticketing.Entry, error) {
	r := logbook.NewRecord(logbook.RecordData{Level: t.Level, Channel: t.Channel, Message: t.Location, PID: -1})
	if len(o.Data) > 0 {
		var err error
		if r, err = o.Record(); err != nil {
			return nil, err
		}
	}
	e, err := i.handler.Entry(r)
	if err != nil {
		return nil, err
	}
	e.Fingerprint, e.Key, e.AppID, e.Level, e.Channel = t.Fingerprint, ticketing.KeyCallSite.String(), t.AppID, t.Level, t.Channel
	e.Location, e.Module, e.Time = t.Location, t.Module, o.Time
	return e, nil
}

// report prints how many records were imported.
func (i *ticketsImport) report(out io.Writer) error {
	s := i.store.Stats()
	text := "imported: " + number(s.Handled, "record")
	if i.adopted > 0 {
		text += fmt.Sprintf("; tickets that were there: %d", i.adopted)
	}
	if s.Suppressed > 0 {
		text += fmt.Sprintf("; imported before: %d", s.Suppressed)
	}
	if i.refused > 0 {
		text += fmt.Sprintf("; refused: %d", i.refused)
	}
	if n := s.Count("overflowed_records"); n > 0 {
		text += fmt.Sprintf("; under an overflow ticket: %d", n)
	}
	if _, err := fmt.Fprintln(out, text); err != nil {
		return err
	}
	if i.refused > 0 {
		return &exitError{exitFailed}
	}
	return nil
}
