package rustversion

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/datasourcetest"
)

func handler(string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mirror/manifests.txt", func(rw http.ResponseWriter, _ *http.Request) {
		io.WriteString(rw, `rust.example.test/dist/2023-12-28/channel-rust-1.75.0.toml
rust.example.test/dist/2023-12-28/channel-rust-stable.toml
rust.example.test/dist/2024-01-31/channel-rust-nightly.toml
rust.example.test/dist/2024-01-31/channel-rust-beta.toml
rust.example.test/dist/2024-02-08/channel-rust-1.76.0.toml
`)
	})
	return mux
}

func TestLaws(t *testing.T) {
	on := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
	datasourcetest.Run(t, datasourcetest.Case{
		Source: Source, Server: handler,
		Query: func(base string) datasources.Query {
			return datasources.Query{Datasource: "rust-version", Registry: base + "/mirror/", Package: "rust"}
		},
		Want: []datasources.Release{
			{Version: "1.75.0", Published: on(2023, 12, 28)},
			{Version: "1.76.0", Published: on(2024, 2, 8)},
			{Version: "beta-2024-01-31", Published: on(2024, 1, 31)},
			{Version: "nightly-2024-01-31", Published: on(2024, 1, 31)},
		},
	})
}
