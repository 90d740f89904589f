package database_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"
)

// fakeServer speaks the protocol of PostgreSQL, records statements, and answers them as a
// test says. It stands in for servers that tests cannot have: those with TimescaleDB, and
// those with faults.
type fakeServer struct {
	answers []answer // the first one whose text is in the statement counts; none: an empty result

	mu         sync.Mutex
	statements []string
}

type answer struct {
	text string // a part of the statement
	rows [][]any
	err  *pgproto3.ErrorResponse
}

func refusal(severity, code, message string) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{Severity: severity, SeverityUnlocalized: severity, Code: code, Message: message}
}

// start starts the server, and returns its URL.
func (s *fakeServer) start(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return fmt.Sprintf("postgres://postgres@%s/lab?sslmode=disable&default_query_exec_mode=simple_protocol", listener.Addr())
}

func (s *fakeServer) serve(conn net.Conn) {
	backend := pgproto3.NewBackend(conn, conn)
	if _, err := backend.ReceiveStartupMessage(); err != nil {
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	for name, value := range map[string]string{"client_encoding": "UTF8", "standard_conforming_strings": "on"} {
		backend.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	status := byte('I')
	for {
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: status})
		if backend.Flush() != nil {
			return
		}
		message, err := backend.Receive()
		if err != nil {
			return
		}
		query, ok := message.(*pgproto3.Query)
		if !ok {
			return
		}
		switch strings.ToLower(query.String) {
		case "begin":
			status = 'T'
		case "commit", "rollback":
			status = 'I'
		}
		if !s.answer(backend, query.String) {
			return
		}
	}
}

// answer answers a statement. It reports whether the connection lives on.
func (s *fakeServer) answer(backend *pgproto3.Backend, sql string) bool {
	sql = strings.Join(strings.Fields(sql), " ")
	s.mu.Lock()
	s.statements = append(s.statements, sql)
	s.mu.Unlock()
	for _, a := range s.answers {
		if !strings.Contains(sql, a.text) {
			continue
		}
		if a.err != nil {
			backend.Send(a.err)
			_ = backend.Flush()
			return a.err.Severity != "FATAL"
		}
		sendRows(backend, a.rows)
		break
	}
	backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("OK")})
	return true
}

func sendRows(backend *pgproto3.Backend, rows [][]any) {
	for i, row := range rows {
		description, values := &pgproto3.RowDescription{}, make([][]byte, len(row))
		for j, v := range row {
			values[j] = fmt.Append(nil, v)
			oid := uint32(pgtype.TextOID)
			switch v := v.(type) {
			case uint32:
				oid = pgtype.OIDOID
			case int:
				oid = pgtype.Int8OID
			case bool:
				oid, values[j] = pgtype.BoolOID, []byte{map[bool]byte{false: 'f', true: 't'}[v]}
			}
			description.Fields = append(description.Fields, pgproto3.FieldDescription{Name: fmt.Append(nil, "c", j), DataTypeOID: oid, DataTypeSize: -1, TypeModifier: -1})
		}
		if i == 0 {
			backend.Send(description)
		}
		backend.Send(&pgproto3.DataRow{Values: values})
	}
}

// changes returns the statements that change something, in their order.
func (s *fakeServer) changes() (changes []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sql := range s.statements {
		word, _, _ := strings.Cut(sql, " ")
		if word != "SELECT" || strings.Contains(sql, "=>") || strings.Contains(sql, "create_hypertable") {
			changes = append(changes, sql)
		}
	}
	return changes
}
