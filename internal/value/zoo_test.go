package value_test

//lint:file-ignore U1000 unused fields are tested
//lint:file-ignore SA5008 odd tags are tested

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Types that reflect.StructOf cannot make: with methods, embedded, generic, recursive.
type (
	Tagged struct {
		Name  string            `json:"name"`
		Age   int               `json:"age,omitempty"`
		Score float64           `json:",omitempty"`
		Skip  string            `json:"-"`
		Dash  string            `json:"-,"`
		Quote int               `json:"quote,string"`
		Texts string            `json:",string"`
		Truth *bool             `json:"truth,string,omitempty"`
		Odd   int               `json:"$%-/ <&>"`
		Map   map[string]string `json:",omitempty"`
		List  []int             `json:",omitempty"`
		Array [2]int8           `json:",omitempty"`
		None  [0]int            `json:",omitempty"`
		When  time.Time         `json:",omitzero"`
		Any   any               `json:",omitempty"`
		own   int
	}
	Left  struct{ A, B, C int }
	Right struct{ B, C, D int }
	Both  struct {
		Left
		Right
		D string
	}
	Winner struct {
		Left
		Right
		X int `json:"B"`
	}
	TaggedB struct {
		B int `json:"C"`
	}
	Dominant struct {
		Left
		TaggedB
	}
	Twin1 struct {
		Left
		E int
	}
	Twin2 struct {
		Left
		F int
	}
	Twins struct {
		Twin1
		Twin2
	}
	Deep struct {
		*Twins
		*Left
	}
	hidden struct {
		Seen, Also int
		unseen     int
	}
	Hiding struct {
		hidden
		Own int
	}
	HidingP struct {
		*hidden
		Own int
	}
	numbers []int
	Numbers []int
	Embeds  struct {
		numbers
		Numbers
		*Left
		fmt.Stringer
		Named Left `json:"Left"`
	}
	NamedEmbed struct {
		Left   `json:"left"`
		*Right `json:",omitempty"`
	}

	Node struct {
		Value  int
		Next   *Node
		Kids   []Node
		ByName map[string]*Node
	}
	Even struct {
		Odd *Odd
		N   int
	}
	Odd struct {
		Even []Even
		S    string
	}
	Forest                    map[string]Forest
	Chain                     []Chain
	Pointer                   *Pointer
	Pair[K comparable, V any] struct {
		Key   K `json:"key"`
		Value V `json:"value,omitempty"`
		More  map[K]V
	}

	ByValue   struct{ N int }
	ByPointer struct{ N int }
	ByText    struct{ N int }
	ByTextP   struct{ N int }
	ByAppend  struct{ N int }
	JSONMap   map[string]int
	JSONList  []int
	TextInt   int
	TextText  string
	TextBytes []byte
	Byte      byte
	TextByte  byte
	Promoted  struct {
		ByValue
		Extra int
	}
	PromotedP struct {
		*ByPointer
		Extra int
	}
	PromotedT struct {
		ByText
		Extra int
	}
	Holder struct {
		V  ByValue
		P  ByPointer
		PP *ByPointer
		T  ByText
		TP ByTextP
		A  ByAppend
		M  JSONMap
		L  JSONList
		I  TextInt  `json:",string"`
		S  TextText `json:",omitempty"`
	}
	Holders struct {
		List  []ByPointer
		Array [2]ByPointer
		Map   map[string]ByPointer
		Texts map[string]ByTextP
		Any   any
		M     json.Marshaler
		T     encoding.TextMarshaler
		B     []Byte
		TB    []TextByte
		Bytes TextBytes
	}
	Keys struct {
		Ints  map[TextInt]int
		Texts map[TextText]int
		Bytes map[Byte]string
		Addrs map[netip.Addr]int
		Ptrs  map[*ByText]int
		U     map[uint16]bool
		I     map[int64]*int
	}
	ZeroV  struct{ N int }
	ZeroP  struct{ N int }
	Zeroes struct {
		V  ZeroV     `json:",omitzero"`
		P  ZeroP     `json:",omitzero"`
		VP *ZeroV    `json:",omitzero"`
		PP *ZeroP    `json:",omitzero"`
		I  zeroer    `json:",omitzero"`
		F  float64   `json:",omitzero"`
		S  []int     `json:",omitzero"`
		B  []int     `json:",omitzero,omitempty"`
		A  [2]string `json:",omitzero"`
		T  time.Time `json:",omitzero"`
		L  Left      `json:",omitzero"`
		X  any       `json:",omitzero"`
	}
	Standard struct {
		Time     time.Time
		Duration time.Duration
		Raw      json.RawMessage
		RawP     *json.RawMessage
		Number   json.Number
		Quoted   json.Number `json:",string"`
		IP       net.IP
		Addr     netip.Addr
		Prefix   netip.Prefix
		Port     netip.AddrPort
		Net      *net.IPNet
		URL      *url.URL
		Header   http.Header
		Big      *big.Int
		BigV     big.Int
		Bytes    []byte
		Mac      net.HardwareAddr
		TCP      *net.TCPAddr
		F32      float32
		QF32     float32 `json:",string"`
		Runes    []rune
		Up       uintptr
	}
	badTag struct {
		A int `json:"a\"b"`
	}
	Reached  struct{ *Holder }
	Refusing struct{ N int }
	Func     struct {
		A int
		F func() `json:",omitzero"`
	}
	FuncP struct {
		*Func
		C chan int  `json:",omitempty"`
		Z complex64 `json:"-"`
	}
)

type zeroer interface{ IsZero() bool }

func (v ByValue) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "{ \"n\" : %d }\n", v.N), nil }
func (v *ByPointer) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `[%d, "a\"\\ <"]`, v.N), nil
}
func (v ByText) MarshalText() ([]byte, error)   { return fmt.Appendf(nil, "text<%d>\"", v.N), nil }
func (v *ByTextP) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "text\n%d", v.N), nil }
func (v ByAppend) MarshalText() ([]byte, error) { return v.AppendText(nil) }
func (v ByAppend) AppendText(b []byte) ([]byte, error) {
	return fmt.Appendf(b, "appended %d", v.N), nil
}
func (v JSONMap) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, int64(len(v)), 10), nil }
func (v JSONList) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, int64(len(v)), 10), nil
}
func (v TextInt) MarshalText() ([]byte, error)   { return fmt.Appendf(nil, "int %d", int(v)), nil }
func (v TextText) MarshalText() ([]byte, error)  { return []byte(strings.ToUpper(string(v))), nil }
func (v TextBytes) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", []byte(v)), nil }
func (v TextByte) MarshalText() ([]byte, error)  { return fmt.Appendf(nil, "%d", byte(v)), nil }
func (v ZeroV) IsZero() bool                     { return v.N == 7 }
func (v *ZeroP) IsZero() bool                    { return v.N == 7 }
func (v Refusing) MarshalJSON() ([]byte, error) {
	if v.N%2 == 0 {
		return nil, errors.New("odd ones only")
	}
	return []byte("{]"), nil
}

var zoo = []reflect.Type{
	reflect.TypeFor[Tagged](), reflect.TypeFor[Both](), reflect.TypeFor[Winner](), reflect.TypeFor[Dominant](), reflect.TypeFor[Twins](), reflect.TypeFor[Deep](),
	reflect.TypeFor[Hiding](), reflect.TypeFor[HidingP](), reflect.TypeFor[Embeds](), reflect.TypeFor[NamedEmbed](),
	reflect.TypeFor[Node](), reflect.TypeFor[Even](), reflect.TypeFor[Odd](), reflect.TypeFor[Forest](), reflect.TypeFor[Chain](), reflect.TypeFor[Pointer](),
	reflect.TypeFor[Pair[string, int]](), reflect.TypeFor[Pair[TextInt, *Node]](), reflect.TypeFor[Pair[int8, any]](),
	reflect.TypeFor[ByValue](), reflect.TypeFor[ByPointer](), reflect.TypeFor[ByText](), reflect.TypeFor[ByTextP](), reflect.TypeFor[ByAppend](),
	reflect.TypeFor[JSONMap](), reflect.TypeFor[JSONList](), reflect.TypeFor[TextInt](), reflect.TypeFor[TextText](), reflect.TypeFor[TextBytes](),
	reflect.TypeFor[Byte](), reflect.TypeFor[TextByte](), reflect.TypeFor[Promoted](), reflect.TypeFor[PromotedP](), reflect.TypeFor[PromotedT](),
	reflect.TypeFor[Holder](), reflect.TypeFor[Holders](), reflect.TypeFor[Keys](), reflect.TypeFor[Zeroes](), reflect.TypeFor[Standard](),
	reflect.TypeFor[Refusing](), reflect.TypeFor[Reached](), reflect.TypeFor[Func](), reflect.TypeFor[FuncP](),
	reflect.TypeFor[struct{ ByValue }](), reflect.TypeFor[struct{ *ByPointer }](), reflect.TypeFor[struct{ ByTextP }](),
	reflect.TypeFor[map[string]any](), reflect.TypeFor[map[string]string](), reflect.TypeFor[http.Header](), reflect.TypeFor[[]any](),
	reflect.TypeFor[any](), reflect.TypeFor[[]string](), reflect.TypeFor[[]time.Time](), reflect.TypeFor[[]float64](), reflect.TypeFor[[]int](),
}
