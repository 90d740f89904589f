package value_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"time"
	"unsafe"
)

// generator makes types and values. It takes its choices from the given bytes, and then
// from random numbers seeded with them.
type generator struct {
	bytes []byte
	rand  *rand.Rand
	size  int  // the size of the value so far
	odd   bool // there are types that encoding/json writes in another way
}

func newGenerator(choices []byte) *generator {
	var seed [32]byte
	for i, c := range choices {
		seed[i%32] = seed[i%32]*31 + c
	}
	return &generator{bytes: choices, rand: rand.New(rand.NewChaCha8(seed))}
}

func (g *generator) n(n int) int {
	if len(g.bytes) > 0 && n <= 256 {
		c := g.bytes[0]
		g.bytes = g.bytes[1:]
		return int(c) % n
	}
	return g.rand.IntN(n)
}

func (g *generator) bits() uint64 {
	switch g.n(4) {
	case 0:
		return uint64(g.n(16))
	case 1:
		return -uint64(g.n(16))
	case 2:
		return 1 << g.n(64)
	}
	return g.rand.Uint64()
}

var scalars = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint8](), reflect.TypeFor[uint16](), reflect.TypeFor[uint32](), reflect.TypeFor[uint64](), reflect.TypeFor[uintptr](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[time.Duration](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[json.Number](), reflect.TypeFor[json.RawMessage](), reflect.TypeFor[[]byte](), reflect.TypeFor[netip.Addr](),
}

var keys = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[TextInt](), reflect.TypeFor[TextText](), reflect.TypeFor[ByText](), reflect.TypeFor[netip.Addr](),
}

func (g *generator) typ(depth int) reflect.Type {
	if g.odd && g.n(4) == 0 {
		return odd[g.n(len(odd))]
	}
	if depth == 0 {
		return scalars[g.n(len(scalars))]
	}
	switch g.n(10) {
	case 0:
		return reflect.SliceOf(g.typ(depth - 1))
	case 1:
		return reflect.ArrayOf(g.n(3), g.typ(depth-1))
	case 2:
		return reflect.PointerTo(g.typ(depth - 1))
	case 3:
		return reflect.MapOf(keys[g.n(len(keys))], g.typ(depth-1))
	case 4:
		return reflect.TypeFor[any]()
	case 5:
		return zoo[g.n(len(zoo))]
	case 6:
		return scalars[g.n(len(scalars))]
	}
	return g.structure(depth)
}

var tags = []string{
	"", "", "", `json:"a"`, `json:"b,omitempty"`, `json:",omitempty"`, `json:",omitzero"`, `json:"c,omitzero,omitempty"`, `json:",string"`, `json:"b,string,omitempty"`,
	`json:"-"`, `json:"-,"`, `json:"A"`, `json:"a b"`, `json:"<>&"`, `json:"\u00e9"`, `json:",omitempty,string,unknown"`, `other:"x"`, `json:",inline"`,
}

func (g *generator) structure(depth int) reflect.Type {
	var fields []reflect.StructField
	for i := range g.n(6) {
		f := reflect.StructField{Name: string(rune('A' + i)), Type: g.typ(depth - 1), Tag: reflect.StructTag(tags[g.n(len(tags))])}
		if g.n(3) == 0 { // only types without methods: those that reflect.StructOf promotes crash
			if e := zoo[g.n(len(zoo))]; e.Name() != "" && reflect.PointerTo(e).NumMethod() == 0 && e.Kind() != reflect.Interface {
				f.Name, f.Type, f.Anonymous = e.Name(), e, true
				if strings.Contains(f.Name, "[") {
					f.Name = "Pair"
				}
				if g.n(3) == 0 {
					f.Type = reflect.PointerTo(e)
				}
			}
		}
		fields = append(fields, f)
		if !canMake(fields) {
			fields = fields[:len(fields)-1]
		}
	}
	return reflect.StructOf(fields)
}

// canMake reports whether reflect can make the struct. It cannot if names are equal, or
// for most fields with methods.
func canMake(fields []reflect.StructField) (can bool) {
	defer func() { can = recover() == nil }()
	reflect.StructOf(fields)
	return
}

var texts = []string{
	"", "a", "plain text", "<html> & 'quotes' \"double\" \\ back", "tab\tnew\nline\r\x00\x1f\b\f", "käse 日本 😀", "\u2028\u2029", "del\x7f c1\u0085 bidi\u202e", "bad\xff\xc3(", "-12.5e+3",
}

func (g *generator) text() string {
	s := texts[g.n(len(texts))]
	if g.n(3) == 0 {
		s += fmt.Sprint(g.bits())
	}
	return s
}

var raws = []string{`{"a" : [1, 2.50, "x\u00e9<"] ,"a":null}`, " true ", `"\ud800"`, "[]", "{\"\u2028\":\"\x7f\"}", "", "{", "1 2", "nul"}

func (g *generator) value(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	g.fill(v, depth)
	return v
}

// isKey reports whether a value can be found in a map: it is comparable and has no NaN,
// which may be there twice, in no order.
func isKey(v reflect.Value) (is bool) {
	defer func() { is = recover() == nil && is }()
	a, b := v.Interface(), v.Interface()
	return a == b
}

func (g *generator) fill(v reflect.Value, depth int) {
	g.size++
	if g.size > 500 {
		depth = 0
	}
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	if g.odd && g.fillOdd(v.Addr().Interface()) {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(int64(g.bits()%(1<<37)), int64(g.n(3))*int64(g.bits()%1e9)/2).In([]*time.Location{time.UTC, time.Local, time.FixedZone("x", 3600*g.n(30)+g.n(99))}[g.n(3)])
		return
	case *json.Number:
		*p = json.Number([]string{"", "0", "-1", "12.50", "1e9", "01", "1.", "-", "1E-7", "NaN", "+1"}[g.n(11)])
		return
	case *json.RawMessage:
		if i := g.n(len(raws) + 1); i < len(raws) {
			*p = json.RawMessage(raws[i])
		}
		return
	case *netip.Addr:
		*p = netip.AddrFrom4([4]byte{byte(g.n(4)), 0, 0, 1})
		return
	case *netip.Prefix:
		*p = netip.PrefixFrom(netip.IPv6Loopback(), g.n(140))
		return
	case *netip.AddrPort:
		*p = netip.AddrPortFrom(netip.IPv6Loopback().WithZone("x"), uint16(g.bits()))
		return
	case *net.IP:
		*p = make(net.IP, []int{0, 4, 16, 5}[g.n(4)])
		return
	case *big.Int:
		p.SetUint64(g.bits())
		return
	case *url.URL:
		*p = url.URL{Host: g.text(), Path: g.text(), User: url.UserPassword("a", "b")}
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.n(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(g.bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.bits())
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{0, math.Copysign(0, -1), 1.5, float64(int64(g.bits())), float64(g.rand.Float32()), math.Float64frombits(g.bits()), 1e21, 1e-7, 1e20 + 1, 123456.789, float64(float32(0.1))}[g.n(11)])
	case reflect.String:
		v.SetString(g.text())
	case reflect.Pointer:
		if depth > 0 && g.n(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()).Convert(v.Type()))
			g.fill(v.Elem(), depth-1)
		}
	case reflect.Interface:
		if depth > 0 && g.n(4) > 0 {
			var t reflect.Type
			if v.NumMethod() == 0 {
				t = g.typ(min(depth-1, 2))
			} else {
				t = zoo[g.n(len(zoo))]
				if g.n(2) == 0 {
					t = reflect.PointerTo(t)
				}
			}
			x := g.value(t, depth-1)
			if x.Kind() == reflect.Pointer && x.IsNil() {
				return // unlike encoding/json, package value calls no method of a nil pointer
			}
			if t.AssignableTo(v.Type()) {
				v.Set(x)
			}
		}
	case reflect.Slice:
		if n := g.n(5); depth > 0 && n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n-1, n))
			for i := range n - 1 {
				g.fill(v.Index(i), depth-1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		if n := g.n(6); depth > 0 && n > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			known := make(map[string]bool) // encoding/json writes duplicate keys
			for range n - 1 {
				key := g.value(v.Type().Key(), depth-1)
				if key.Kind() == reflect.String {
					key.SetString(strings.ToValidUTF8(key.String(), "?"))
				}
				if !isKey(key) {
					continue
				}
				one := reflect.MakeMap(v.Type())
				one.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
				if text, err := standard(one.Interface()); err == nil && known[text] {
					continue
				} else {
					known[text] = true
				}
				v.SetMapIndex(key, g.value(v.Type().Elem(), depth-1))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() || f.Anonymous {
				g.fill(v.Field(i), depth-1)
			}
		}
	}
}
