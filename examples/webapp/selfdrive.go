package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// clients is the number of concurrent requests of drive.
const clients = 8

// drive sends n requests to the server, and prints how many failed: one order in forty is
// not paid, and one request in the middle panics.
func drive(ctx context.Context, url string, n int, stdout io.Writer) error {
	// A separate transport, so that no connection is left open at the end.
	transport := &http.Transport{MaxConnsPerHost: clients, MaxIdleConnsPerHost: clients}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	var failed atomic.Int64
	numbers := make(chan int)
	errs := make(chan error, clients)
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for i := range numbers {
				status, err := request(ctx, client, url, i, n)
				if err != nil {
					select {
					case errs <- err:
					default:
					}
				}
				if status >= http.StatusInternalServerError {
					failed.Add(1)
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
	fmt.Fprintf(stdout, "%d requests, %d failed\n", n, failed.Load())
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// request sends request i of n and returns the status of the response.
func request(ctx context.Context, client *http.Client, url string, i, n int) (status int, err error) {
	method, path := http.MethodGet, fmt.Sprintf("/products/%d", i)
	var body io.Reader
	switch {
	case i == n/2:
		path = "/broken"
	case i%4 == 1:
		method, path = http.MethodPost, fmt.Sprintf("/orders/%d", i)
		card := "valid"
		if i%40 == 1 {
			card = "expired"
		}
		body = strings.NewReader("card=" + card)
	case i%4 == 3:
		path = fmt.Sprintf("/reports/%d", i)
	}
	req, err := http.NewRequestWithContext(ctx, method, url+path, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, err
}
