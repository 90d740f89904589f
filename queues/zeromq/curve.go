package zeromq

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Curve are the keys of one end of a connection that is encrypted and authenticated on
// both ends by CURVE, as ZeroMQ calls it. Either end may be the server: it has ClientKeys,
// and the other end has its public key as ServerKey. All keys are in ZeroMQ's text form of
// 40 characters, Z85; see [NewKeys].
type Curve struct {
	SecretKey string // of this end

	ServerKey  string   // the public key of the server; "": this end is the server
	ClientKeys []string // of the server: the public keys of the clients that are allowed
}

// NewKeys returns a new pair of keys for [Curve].
func NewKeys() (public, secret string, err error) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return "", "", err
	}
	return encodeZ85(key.PublicKey().Bytes()), encodeZ85(key.Bytes()), nil
}

// PublicKey returns the public key that belongs to a secret key.
func PublicKey(secret string) (string, error) {
	b, err := decodeKey(secret)
	if err != nil {
		return "", err
	}
	key, err := ecdh.X25519().NewPrivateKey(b)
	if err != nil {
		return "", err
	}
	return encodeZ85(key.PublicKey().Bytes()), nil
}

// keys are checked [Curve] keys.
type keys struct {
	public, secret string
	server         string          // "" at the server
	clients        map[string]bool // the allowed keys, binary
}

// check returns the keys, or the first error with the field that it is about.
func (c *Curve) check() (k *keys, field string, err error) {
	k = &keys{secret: c.SecretKey, server: c.ServerKey}
	if k.public, err = PublicKey(c.SecretKey); err != nil {
		return nil, "Curve.SecretKey", err
	}
	switch {
	case c.ServerKey == "" && len(c.ClientKeys) == 0:
		return nil, "Curve", errors.New("want the ServerKey at a client, or the ClientKeys at the server")
	case c.ServerKey != "" && len(c.ClientKeys) > 0:
		return nil, "Curve", errors.New("want a ServerKey or ClientKeys, not both")
	case c.ServerKey != "":
		if _, err := decodeKey(c.ServerKey); err != nil {
			return nil, "Curve.ServerKey", err
		}
		return k, "", nil
	}
	k.clients = make(map[string]bool, len(c.ClientKeys))
	for i, key := range c.ClientKeys {
		b, err := decodeKey(key)
		if err != nil {
			return nil, fmt.Sprintf("Curve.ClientKeys[%d]", i), err
		}
		k.clients[string(b)] = true
	}
	return k, "", nil
}

const z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"

// keySize is the size of a key in bytes.
const keySize = 32

// decodeKey returns a key in binary form. The error does not contain the key.
func decodeKey(text string) ([]byte, error) {
	if len(text) != keySize/4*5 {
		return nil, fmt.Errorf("got %d characters, want a key of %d", len(text), keySize/4*5)
	}
	key := make([]byte, 0, keySize)
	for i := 0; i < len(text); i += 5 {
		var n uint64
		for _, c := range []byte(text[i : i+5]) {
			digit := strings.IndexByte(z85, c)
			if digit < 0 {
				return nil, errors.New("got a character that is not of Z85")
			}
			n = n*85 + uint64(digit)
		}
		if n > 1<<32-1 {
			return nil, errors.New("got five characters beyond the range of Z85")
		}
		key = binary.BigEndian.AppendUint32(key, uint32(n))
	}
	return key, nil
}

// encodeZ85 returns the text form of a key.
func encodeZ85(key []byte) string {
	var text []byte
	for i := 0; i < len(key); i += 4 {
		n := binary.BigEndian.Uint32(key[i:])
		for _, power := range []uint32{85 * 85 * 85 * 85, 85 * 85 * 85, 85 * 85, 85, 1} {
			text = append(text, z85[n/power%85])
		}
	}
	return string(text)
}
