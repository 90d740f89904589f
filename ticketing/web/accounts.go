package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// Role says what somebody may do.
type Role string

// Roles.
const (
	Viewer Role = "viewer" // may read
	Editor Role = "editor" // may also change tickets
)

// ParseRole returns the role with a name.
func ParseRole(name string) (Role, error) {
	if r := Role(name); r == Viewer || r == Editor {
		return r, nil
	}
	return "", fmt.Errorf("invalid role %q: want viewer or editor", name)
}

// Errors of [Accounts], for [errors.Is].
var (
	ErrName     = errors.New("invalid name: want 1 to 80 letters, digits and the characters . _ @ + -")
	ErrPassword = errors.New("invalid password: want 8 to 256 bytes")
	ErrUnknown  = errors.New("no such user or token")
	ErrExists   = errors.New("the name is taken")
)

// Accounts are the users and tokens of a store's page. They are a document of the store.
// Passwords are stored as hashes of argon2id, and tokens as hashes of SHA-256. Accounts are safe
// for concurrent use, by several processes, too; changes apply from the next request on.
type Accounts struct{ store ticketing.Store }

// NewAccounts returns the accounts of a store.
func NewAccounts(s ticketing.Store) *Accounts { return &Accounts{s} }

// User is somebody who may log in.
type User struct {
	Name string
	Role Role
}

// Token is a secret by which a program uses the JSON API and the feed.
type Token struct {
	Name    string
	Role    Role
	Created time.Time
}

// accountsName is the name of the document.
const accountsName = "web.accounts"

// document is what is stored.
type document struct {
	Key    []byte        `json:"key"` // signs sessions
	Users  []storedUser  `json:"users"`
	Tokens []storedToken `json:"tokens"`
}

type storedUser struct {
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Password string `json:"password"`
	Epoch    int64  `json:"epoch"` // sessions of an older one have ended
}

type storedToken struct {
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Hash    []byte    `json:"hash"`
	Created time.Time `json:"created"`
}

func (d *document) user(name string) *storedUser {
	if i := slices.IndexFunc(d.Users, func(u storedUser) bool { return u.Name == name }); i >= 0 {
		return &d.Users[i]
	}
	return nil
}

// read returns the accounts, and the version of the document.
func (a *Accounts) read(ctx context.Context) (*document, int64, error) {
	data, version, err := a.store.Document(ctx, accountsName)
	if err != nil {
		return nil, 0, err
	}
	d := new(document)
	if len(data) == 0 {
		return d, version, nil
	}
	if err := json.Unmarshal(data, d); err != nil {
		return nil, 0, fmt.Errorf("web: accounts: %w: %w", ticketing.ErrDamaged, err)
	}
	return d, version, nil
}

// change changes the accounts. If others change them at the same time, it begins again.
func (a *Accounts) change(ctx context.Context, fn func(d *document) error) error {
	for {
		d, version, err := a.read(ctx)
		if err != nil {
			return err
		}
		if d.Key == nil {
			d.Key = random(32)
		}
		if err := fn(d); err != nil {
			return err
		}
		data, err := json.Marshal(d)
		if err != nil {
			return err
		}
		if err := a.store.SetDocument(ctx, accountsName, data, version); !errors.Is(err, ticketing.ErrConflict) {
			return err
		}
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// checkName reports whether a name can be used.
func checkName(name string) error {
	const others = "._@+-"
	ok := len(name) >= 1 && len(name) <= 80
	for _, c := range []byte(name) {
		ok = ok && ('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(others, c) >= 0)
	}
	if !ok {
		return ErrName
	}
	return nil
}

// SetUser adds a user, or changes the password and role of one, which ends the sessions.
func (a *Accounts) SetUser(ctx context.Context, name, password string, role Role) error {
	if err := checkName(name); err != nil {
		return err
	}
	if _, err := ParseRole(string(role)); err != nil {
		return err
	}
	if len(password) < 8 || len(password) > 256 {
		return ErrPassword
	}
	hash := hashPassword(password)
	return a.change(ctx, func(d *document) error {
		if u := d.user(name); u != nil {
			u.Role, u.Password = role, hash
			u.Epoch++
			return nil
		}
		d.Users = append(d.Users, storedUser{Name: name, Role: role, Password: hash, Epoch: time.Now().Unix()})
		return nil
	})
}

// DeleteUser deletes a user.
func (a *Accounts) DeleteUser(ctx context.Context, name string) error {
	return a.change(ctx, func(d *document) error {
		before := len(d.Users)
		d.Users = slices.DeleteFunc(d.Users, func(u storedUser) bool { return u.Name == name })
		return found(before > len(d.Users))
	})
}

func found(ok bool) error {
	if !ok {
		return ErrUnknown
	}
	return nil
}

// Users returns the users.
func (a *Accounts) Users(ctx context.Context) ([]User, error) {
	d, _, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	var list []User
	for _, u := range d.Users {
		list = append(list, User{u.Name, u.Role})
	}
	return list, nil
}

// tokenPrefix begins every token, so that scanners for secrets know it.
const tokenPrefix = "logbook_"

// CreateToken makes a token, which cannot be read again.
func (a *Accounts) CreateToken(ctx context.Context, name string, role Role) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	if _, err := ParseRole(string(role)); err != nil {
		return "", err
	}
	token := tokenPrefix + base64.RawURLEncoding.EncodeToString(random(24))
	hash := sha256.Sum256([]byte(token))
	err := a.change(ctx, func(d *document) error {
		if slices.ContainsFunc(d.Tokens, func(t storedToken) bool { return t.Name == name }) {
			return ErrExists
		}
		d.Tokens = append(d.Tokens, storedToken{name, role, hash[:], time.Now().UTC().Truncate(time.Second)})
		return nil
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// DeleteToken deletes a token.
func (a *Accounts) DeleteToken(ctx context.Context, name string) error {
	return a.change(ctx, func(d *document) error {
		before := len(d.Tokens)
		d.Tokens = slices.DeleteFunc(d.Tokens, func(t storedToken) bool { return t.Name == name })
		return found(before > len(d.Tokens))
	})
}

// Tokens returns the tokens.
func (a *Accounts) Tokens(ctx context.Context) ([]Token, error) {
	d, _, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	var list []Token
	for _, t := range d.Tokens {
		list = append(list, Token{t.Name, t.Role, t.Created})
	}
	return list, nil
}

// token returns the owner of a token, or nil.
func (d *document) token(token string) *User {
	hash := sha256.Sum256([]byte(token))
	for _, t := range d.Tokens {
		if subtle.ConstantTimeCompare(hash[:], t.Hash) == 1 {
			return &User{t.Name, t.Role}
		}
	}
	return nil
}
