package database

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
)

// EntriesOptions configure [DB.NewEntries]. nil is the default.
type EntriesOptions struct {
	// Producer names what makes the rows, if a call may be repeated: rows that were stored
	// before are left out. The number of the last row is stored in the table
	// logbook_producers, in the same transaction as the rows. The table is made if it is
	// missing; it has a row for each producer of the last 90 days. "": nothing is left out.
	Producer string

	// First is the number of the first row. The next ones follow it. A producer numbers its
	// rows without going back; 0 is not a number. It is needed with Producer.
	First uint64
}

func (o *EntriesOptions) check(rows int) error {
	switch {
	case o.Producer == "" && o.First > 0:
		return argumentError("EntriesOptions", "First", errors.New("not allowed without Producer"))
	case o.Producer != "" && (o.First == 0 || o.First+uint64(rows) > 1<<63):
		return argumentError("EntriesOptions", "First", errors.New("out of range"))
	}
	if o.Producer != "" {
		if err := checkText(o.Producer); err != nil {
			return argumentError("EntriesOptions", "Producer", err)
		}
	}
	return nil
}

// NewEntries stores rows in one transaction by COPY, some hundred times as fast as NewEntry,
// and returns how many it has stored. Values must fit as for [DB.NewEntry].
//
// A row that does not fit, or that the server refuses because of what is in it, costs only
// itself: the error is then a [*RowsError], and all other rows are stored, in their order.
// With any other error no row is stored.
func (db *DB) NewEntries(ctx context.Context, table string, columns []string, rows [][]any, o *EntriesOptions) (stored int, err error) {
	if o == nil {
		o = new(EntriesOptions)
	}
	c := &copying{db: db, table: table, columns: columns, rows: rows, EntriesOptions: *o}
	err = db.run(ctx, opNewEntries, table, func() (string, error) {
		if err := c.check(); err != nil {
			return "", err
		}
		if len(rows) == 0 {
			return "", nil
		}
		if err := c.run(ctx); err != nil {
			return "", err
		}
		stored = c.stored
		return fmt.Sprintf("%d rows", stored), c.refused()
	})
	return stored, err
}

// copying is a call of NewEntries.
type copying struct {
	db      *DB
	table   string
	columns []string
	rows    [][]any
	EntriesOptions

	conn    *pgx.Conn
	encoder encoder
	types   []uint32 // of the columns

	encoded []byte // rows, in the format of COPY
	ends    []int  // where they end in encoded
	indexes []int  // in rows
	stored  int
	bad     []RowError
}

func (c *copying) check() error {
	if err := names(opNewEntries, c.table, c.columns...); err != nil {
		return err
	}
	if len(c.columns) == 0 {
		return fmt.Errorf("%w: no columns", ErrData)
	}
	return c.EntriesOptions.check(len(c.rows))
}

// run stores the rows in a transaction.
func (c *copying) run(ctx context.Context) error {
	if c.Producer != "" {
		if err := c.db.makeProducers(ctx); err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, c.db.pool, func(tx pgx.Tx) error {
		c.conn, c.encoder = tx.Conn(), encoder{tx.Conn().TypeMap()}
		next := 0
		if c.Producer != "" {
			last, err := c.db.lastOf(ctx, tx, c.Producer)
			if err != nil {
				return err
			}
			if last >= c.First {
				next = int(min(last-c.First+1, uint64(len(c.rows))))
			}
			if next == len(c.rows) {
				return nil
			}
		}
		if err := c.describe(ctx); err != nil {
			return err
		}
		for next < len(c.rows) {
			next = c.encode(next)
			if err := c.copy(ctx, 0, len(c.ends)); err != nil {
				return err
			}
		}
		if c.Producer != "" {
			return c.db.setLast(ctx, tx, c.Producer, c.First+uint64(len(c.rows))-1)
		}
		return nil
	})
}

// describe finds the types of the columns. They cannot change before the transaction ends,
// as it has a lock on the table by then.
func (c *copying) describe(ctx context.Context) error {
	d, err := c.conn.PgConn().Prepare(ctx, "", fmt.Sprintf("SELECT %s FROM %s", quoteAll(c.columns), c.db.in(c.table)), nil)
	if err != nil {
		return err
	}
	for _, f := range d.Fields {
		c.types = append(c.types, f.DataTypeOID)
	}
	return nil
}

// maxEncoded bounds the memory for the rows of one COPY, unless one row is larger.
const maxEncoded = 1 << 20

// encode encodes rows beginning with one, and returns the next one. Rows that do not fit are
// left out.
func (c *copying) encode(next int) int {
	c.encoded, c.ends, c.indexes = c.encoded[:0], c.ends[:0], c.indexes[:0]
	for ; next < len(c.rows) && len(c.encoded) < maxEncoded; next++ {
		b, err := c.appendRow(c.encoded, c.rows[next])
		if err != nil {
			c.bad = append(c.bad, RowError{next, err})
			continue
		}
		c.encoded = b
		c.ends, c.indexes = append(c.ends, len(b)), append(c.indexes, next)
	}
	return next
}

func (c *copying) appendRow(b []byte, row []any) ([]byte, error) {
	if err := checkLength(c.columns, row); err != nil {
		return nil, err
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(row)))
	for i, v := range row {
		b = append(b, 0xff, 0xff, 0xff, 0xff) // NULL
		at := len(b)
		var null bool
		var err error
		if b, null, err = c.encoder.append(b, c.types[i], v); err != nil {
			return nil, columnError(c.columns[i], err)
		}
		if !null {
			binary.BigEndian.PutUint32(b[at-4:], uint32(len(b)-at))
		}
	}
	return b, nil
}

var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

// copy stores the encoded rows from one to before another. If the server refuses them
// because of what is in one, each half is tried for itself.
func (c *copying) copy(ctx context.Context, from, to int) error {
	if from == to {
		return nil
	}
	if _, err := c.conn.PgConn().Exec(ctx, "SAVEPOINT rows").ReadAll(); err != nil {
		return err
	}
	start := 0
	if from > 0 {
		start = c.ends[from-1]
	}
	data := io.MultiReader(bytes.NewReader(copyHeader), bytes.NewReader(c.encoded[start:c.ends[to-1]]), bytes.NewReader(copyTrailer))
	_, err := c.conn.PgConn().CopyFrom(ctx, data, fmt.Sprintf("COPY %s (%s) FROM STDIN (FORMAT binary)", c.db.in(c.table), quoteAll(c.columns)))
	if err == nil {
		_, err = c.conn.PgConn().Exec(ctx, "RELEASE rows").ReadAll()
		c.stored += to - from
		return err
	}
	if !ofRow(err) {
		return err
	}
	if _, err := c.conn.PgConn().Exec(ctx, "ROLLBACK TO rows").ReadAll(); err != nil {
		return err
	}
	if to-from == 1 {
		c.bad = append(c.bad, RowError{c.indexes[from], c.db.fail(opNewEntries.name, c.table, err)})
		return nil
	}
	middle := (from + to) / 2
	if err := c.copy(ctx, from, middle); err != nil {
		return err
	}
	return c.copy(ctx, middle, to)
}

// ofRow reports whether an error of the server is about what is in a row: its data, a
// constraint, a check option, a limit, or the refusal of a trigger.
func ofRow(err error) bool {
	return slices.Contains([]string{"22", "23", "44", "54", "P0"}, class(codeOf(err)))
}

// refused returns the error for the rows that were not stored, or nil.
func (c *copying) refused() error {
	if len(c.bad) == 0 {
		return nil
	}
	slices.SortFunc(c.bad, func(a, b RowError) int { return a.Index - b.Index })
	return &RowsError{c.bad}
}
