// Package ticketingtest has a conformance suite for implementations of ticketing.Store:
//
//	func TestStore(t *testing.T) {
//		ticketingtest.TestStore(t, func(t testing.TB, l *ticketing.Limits) ticketing.Store {
//			store, err := mystore.Open(t.TempDir(), l)
//			if err != nil {
//				t.Fatal(err)
//			}
//			t.Cleanup(func() { store.Close(context.Background()) })
//			return store
//		})
//	}
package ticketingtest
