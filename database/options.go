package database

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

// Options say where the database is. nil has the defaults.
type Options struct {
	// URL is a connection string of libpq: "postgres://user@host:port/database?sslmode=require",
	// or "host=... user=...". The fields below replace its parts. What it leaves out comes from
	// the environment, such as PGHOST. "": the defaults of the fields.
	URL string

	Host     string // default localhost; the path of a directory means a unix socket
	Port     uint16 // default 5432
	Database string // default beam
	User     string // default cw-beam

	// PassFile is a password file of libpq, with lines of HOST:PORT:DATABASE:USER:PASSWORD. A
	// leading "~/" means the home directory. Default ~/.pgpass. The password of the URL and the
	// variable PGPASSWORD come first.
	PassFile string

	// Schema has the tables. Default "public".
	Schema string

	// Timescale says whether tables and views are those of TimescaleDB.
	Timescale Timescale

	// Lazy makes Open return without a connection: the first operation connects.
	Lazy bool

	// LogVersion logs the version of the server at level info, rather than debug.
	LogVersion bool

	// ConnectTimeout bounds each attempt to connect. 0: 10 s, or that of the URL.
	ConnectTimeout time.Duration

	// MaxConns is the limit of connections. 0: 4, or the number of processors if that is
	// greater.
	MaxConns int

	// MaxConnLifetime is how long a connection is used. 0: one hour.
	MaxConnLifetime time.Duration

	// HealthCheckPeriod is the time between checks of idle connections. 0: one minute.
	HealthCheckPeriod time.Duration
}

// The defaults are those of lab_utils.
const (
	defaultHost           = "localhost"
	defaultPort           = 5432
	defaultDatabase       = "beam"
	defaultUser           = "cw-beam"
	defaultPassFile       = "~/.pgpass"
	defaultSchema         = "public"
	defaultConnectTimeout = 10 * time.Second

	// cancelDelay is how long a server may take to end a statement whose context has ended,
	// before the connection is closed.
	cancelDelay = time.Second
)

// LoadOptions reads the section [Overall] of an INI file, as lab_utils does. Its keys are
// host, port, database, user and passfile, and all are required. The fields may be changed
// before [Open]. The error is a [*config.FileError]. Unknown keys are logged as warnings on
// channel "config".
func LoadOptions(path string) (*Options, error) {
	o := new(Options)
	err := config.ReadSection(path, "Overall", []config.Option{
		{Name: "host", Kind: config.KindText, Required: true},
		{Name: "port", Kind: config.KindPort, Required: true},
		{Name: "database", Kind: config.KindText, Required: true},
		{Name: "user", Kind: config.KindText, Required: true},
		{Name: "passfile", Kind: config.KindPath, Required: true},
	}, func(s *config.Spec) {
		o.Host, o.Port, o.Database, o.User, o.PassFile = s.Text("host"), s.Port("port"), s.Text("database"), s.Text("user"), s.FilePath("passfile")
	}, nil)
	if err != nil {
		return nil, err
	}
	return o, nil
}

func optionError(option string, err error) error {
	return &logbook.OptionError{Options: "database.Options", Option: option, Err: err}
}

// pool returns the configuration of the pool, and the secrets in it.
func (o *Options) pool() (*pgxpool.Config, *secret.Scrubber, error) {
	for option, negative := range map[string]bool{
		"ConnectTimeout": o.ConnectTimeout < 0, "MaxConns": o.MaxConns < 0 || o.MaxConns > 1<<20,
		"MaxConnLifetime": o.MaxConnLifetime < 0, "HealthCheckPeriod": o.HealthCheckPeriod < 0,
	} {
		if negative {
			return nil, nil, optionError(option, errors.New("out of range"))
		}
	}
	if o.Schema != "" {
		if err := checkName(o.Schema); err != nil {
			return nil, nil, optionError("Schema", err)
		}
	}
	if o.Timescale < TimescaleRequired || o.Timescale > TimescaleNever {
		return nil, nil, optionError("Timescale", fmt.Errorf("unknown value %d", o.Timescale))
	}
	text, err := o.connString()
	if err != nil {
		return nil, nil, err
	}
	secrets := new(secret.Scrubber)
	c, err := pgxpool.ParseConfig(text)
	if err != nil {
		secrets.AddPieces(o.URL)
		if inner := errors.Unwrap(err); inner != nil { // the error itself repeats the URL
			err = inner
		}
		return nil, nil, optionError("URL", secrets.Error(err))
	}
	if p := c.ConnConfig.Password; len(p) > secret.ShortPiece {
		secrets.Add(p)
	}
	if o.ConnectTimeout > 0 || c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = defaultConnectTimeout
		if o.ConnectTimeout > 0 {
			c.ConnConfig.ConnectTimeout = o.ConnectTimeout
		}
	}
	if o.MaxConns > 0 {
		c.MaxConns = int32(o.MaxConns)
	}
	if o.MaxConnLifetime > 0 {
		c.MaxConnLifetime = o.MaxConnLifetime
	}
	if o.HealthCheckPeriod > 0 {
		c.HealthCheckPeriod = o.HealthCheckPeriod
	}
	// A statement whose context ends is cancelled on the server, too.
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelDelay}
	}
	return c, secrets, nil
}

// connString returns the URL with the other fields.
func (o *Options) connString() (string, error) {
	var keys, values []string
	add := func(key, value, def string) {
		if value == "" && o.URL == "" {
			value = def
		}
		if value != "" {
			keys, values = append(keys, key), append(values, value)
		}
	}
	port := ""
	if o.Port > 0 {
		port = strconv.Itoa(int(o.Port))
	}
	add("host", o.Host, defaultHost)
	add("port", port, strconv.Itoa(defaultPort))
	add("database", o.Database, defaultDatabase)
	add("user", o.User, defaultUser)
	passFile, err := expanded(o.PassFile)
	if err != nil {
		return "", optionError("PassFile", err)
	}
	def, _ := expanded(defaultPassFile) // without a home directory there is none
	add("passfile", passFile, def)
	if strings.HasPrefix(o.URL, "postgres://") || strings.HasPrefix(o.URL, "postgresql://") {
		u, err := url.Parse(o.URL)
		if err != nil { // its text has the URL
			return "", optionError("URL", errors.New("invalid URL"))
		}
		q := u.Query()
		for i, key := range keys {
			q.Set(key, values[i])
		}
		u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // pgx does not read a plus as a space
		return u.String(), nil
	}
	text := o.URL
	for i, key := range keys {
		text += " " + key + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(values[i]) + "'"
	}
	return text, nil
}

// expanded makes the path of a file absolute.
func expanded(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		return filepath.Join(home, rest), err
	}
	return filepath.Abs(path)
}

// checkPassFile returns a warning about the password file, or "".
func (o *Options) checkPassFile() string {
	path, err := expanded(o.PassFile)
	if path == "" || err != nil {
		return ""
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "the password file does not exist"
	case err != nil:
		return "the password file cannot be read"
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return fmt.Sprintf("others may read the password file: its mode is %04o, want 0600", info.Mode().Perm())
	}
	return ""
}
