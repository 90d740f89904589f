package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/web"
)

const webUserHelp = `User manages who may log in to the page of a database. A viewer may read, and an editor
may also change tickets.

Set adds a user, or changes the password and role of one, which ends the sessions. It
makes a password and prints it, or reads one from standard input.`

const webTokenHelp = `Token manages the tokens by which programs use the JSON API and the feed. A token is
printed once, when it is made; the database has only its hash.`

func webUserCommand(db *database) *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Manage users of the page", Long: webUserHelp,
		Example: `  logbook web user set anna --role editor --db sqlite:tickets.db
  pass show logbook | logbook web user set anna --password-stdin --db sqlite:tickets.db
  logbook web user list --db sqlite:tickets.db`,
		Args: wantSubcommand("set, list or delete"), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(webUserSetCommand(db), accountsList(db, "List the users", printUsers), accountsDelete(db, "Delete a user, and end the sessions", (*web.Accounts).DeleteUser))
	return cmd
}

func webTokenCommand(db *database) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage tokens of the JSON API", Long: webTokenHelp,
		Example: "  logbook web token add ci --role editor --db sqlite:tickets.db",
		Args:    wantSubcommand("add, list or delete"), RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(webTokenAddCommand(db), accountsList(db, "List the tokens", printTokens), accountsDelete(db, "Delete a token", (*web.Accounts).DeleteToken))
	return cmd
}

func wantSubcommand(names string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("unknown command %q: want %s", args[0], names)
		}
		return nil
	}
}

func wantName(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return errors.New("want one name")
	}
	return nil
}

// roleFlag is the value of a flag that takes a role.
type roleFlag struct{ web.Role }

func (f *roleFlag) Set(s string) (err error) {
	f.Role, err = web.ParseRole(s)
	return err
}

func (f *roleFlag) Type() string   { return "role" }
func (f *roleFlag) String() string { return string(f.Role) }

func addRoleFlag(cmd *cobra.Command, role *roleFlag) {
	cmd.Flags().Var(role, "role", "what the `ROLE` allows: viewer or editor")
	_ = cmd.RegisterFlagCompletionFunc("role", cobra.FixedCompletions([]cobra.Completion{"viewer", "editor"}, cobra.ShellCompDirectiveNoFileComp)) // fails for flags that do not exist
}

// withAccounts calls fn with the accounts of the database.
func withAccounts(db *database, cmd *cobra.Command, fn func(ctx context.Context, a *web.Accounts) error) error {
	return db.create(cmd, func(ctx context.Context, s ticketing.Store) error {
		err := fn(ctx, web.NewAccounts(s))
		for _, known := range []error{web.ErrName, web.ErrPassword, web.ErrUnknown, web.ErrExists} {
			if errors.Is(err, known) {
				return &usageError{err}
			}
		}
		return err
	})
}

func webUserSetCommand(db *database) *cobra.Command {
	role, fromStdin := roleFlag{web.Viewer}, false
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Add a user, or change password and role", Args: wantName,
		RunE: func(cmd *cobra.Command, args []string) error {
			password := rand.Text()
			if fromStdin {
				line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
				if password = strings.TrimRight(line, "\r\n"); password == "" {
					return fmt.Errorf("no password on standard input: %w", err)
				}
			}
			return withAccounts(db, cmd, func(ctx context.Context, a *web.Accounts) error {
				if err := a.SetUser(ctx, args[0], password, role.Role); err != nil {
					return err
				}
				if !fromStdin {
					fmt.Fprintln(cmd.OutOrStdout(), password)
				}
				return nil
			})
		},
	}
	addRoleFlag(cmd, &role)
	cmd.Flags().BoolVar(&fromStdin, "password-stdin", false, "read the password from the first line of standard input")
	return cmd
}

func webTokenAddCommand(db *database) *cobra.Command {
	role := roleFlag{web.Viewer}
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Make a token", Args: wantName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(db, cmd, func(ctx context.Context, a *web.Accounts) error {
				token, err := a.CreateToken(ctx, args[0], role.Role)
				if err == nil {
					fmt.Fprintln(cmd.OutOrStdout(), token)
				}
				return err
			})
		},
	}
	addRoleFlag(cmd, &role)
	return cmd
}

func accountsDelete(db *database, short string, remove func(*web.Accounts, context.Context, string) error) *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: short, Args: wantName,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withAccounts(db, cmd, func(ctx context.Context, a *web.Accounts) error { return remove(a, ctx, args[0]) })
		},
	}
}

func accountsList(db *database, short string, print func(ctx context.Context, a *web.Accounts, w *tabwriter.Writer) error) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withAccounts(db, cmd, func(ctx context.Context, a *web.Accounts) error {
				w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
				if err := print(ctx, a, w); err != nil {
					return err
				}
				return w.Flush()
			})
		},
	}
}

func printUsers(ctx context.Context, a *web.Accounts, w *tabwriter.Writer) error {
	users, err := a.Users(ctx)
	for _, u := range users {
		fmt.Fprintf(w, "%s\t%s\n", u.Name, u.Role)
	}
	return err
}

func printTokens(ctx context.Context, a *web.Accounts, w *tabwriter.Writer) error {
	tokens, err := a.Tokens(ctx)
	for _, t := range tokens {
		fmt.Fprintf(w, "%s\t%s\t%s\n", t.Name, t.Role, t.Created.Local().Format(time.DateTime))
	}
	return err
}
