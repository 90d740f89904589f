package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/logbook-go/logbook/queues/zeromq"
)

const keygenHelp = `Keygen makes secrets for sources and sinks.

"curve" makes a key pair for ZeroMQ. Each side needs a pair of its own: clients
know the public key of the server, and the server knows those of its clients.
"token" makes a random token of 256 bits.

Without --out the secret is printed on standard output. With --out it is written
to a file that only its owner may read; the public key is written beside it, to
FILE.pub. Existing files are not replaced.`

func keygenCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:       "keygen curve|token",
		Short:     "Make keys and tokens",
		Long:      keygenHelp,
		Example:   "  logbook keygen curve --out collector.key\n  logbook keygen token",
		ValidArgs: []string{"curve", "token"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] != "curve" && args[0] != "token" {
				return errors.New("want curve or token")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" && cmd.Flags().Changed("out") {
				return errors.New("--out: missing path")
			}
			if args[0] == "token" {
				return keygenToken(cmd.OutOrStdout(), out)
			}
			return keygenCurve(cmd.OutOrStdout(), out)
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write the secret to `FILE`")
	return cmd
}

func keygenToken(stdout io.Writer, out string) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	text := hex.EncodeToString(secret)
	if out == "" {
		fmt.Fprintln(stdout, text)
		return nil
	}
	return writeSecret(out, text)
}

func keygenCurve(stdout io.Writer, out string) error {
	public, secret, err := zeromq.NewKeys()
	if err != nil {
		return err
	}
	if out == "" {
		fmt.Fprintf(stdout, "public key: %s\nsecret key: %s\n", public, secret)
		return nil
	}
	if _, err := os.Lstat(out + ".pub"); err == nil {
		return &os.PathError{Op: "create", Path: out + ".pub", Err: os.ErrExist}
	}
	if err := writeSecret(out, secret); err != nil {
		return err
	}
	if err := os.WriteFile(out+".pub", []byte(public+"\n"), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "public key: %s\n", public)
	return nil
}

// writeSecret writes a line to a new file that only its owner may read.
func writeSecret(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text + "\n")
	return errors.Join(err, f.Close())
}
