package logline_test

import (
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logline"
)

// Formats whose records have several lines, of which the first has the time.
func TestRecordsOfSeveralLines(t *testing.T) {
	for _, tt := range []struct {
		name, log string
		want      []string
	}{
		{"apt", "Start-Date: 2026-11-20  10:40:31\nCommandline: apt install tea\nRequested-By: anna (1000)\nInstall: tea:amd64 (1.2)\nEnd-Date: 2026-11-20  10:40:32\nhello\n", []string{
			`apt-history 2026-11-20T10:40:31Z "Commandline: apt install tea\nRequested-By: anna (1000)\nInstall: tea:amd64 (1.2)\nEnd-Date: 2026-11-20  10:40:32" {begin="Start-Date"}`,
			`plain "hello"`}},
		{"apt, two without an end", "Start-Date: 2026-11-20  10:40:31\nInstall: tea:amd64 (1.2)\n\nStart-Date: 2026-11-20  10:40:33\nRemove: tea:amd64 (1.2)\n", []string{
			`apt-history 2026-11-20T10:40:31Z "Install: tea:amd64 (1.2)" {begin="Start-Date"}`,
			`apt-history 2026-11-20T10:40:33Z "Remove: tea:amd64 (1.2)" {begin="Start-Date"}`}},
		{"slow queries", "# Time: 2026-11-20T10:40:31.123456Z\n# User@Host: anna[anna] @ localhost []  Id:     3\n# Query_time: 1.5  Lock_time: 0.1 Rows_sent: 1\nSET timestamp=1795171231;\nSELECT tea\n  FROM pots;\n" +
			"# User@Host: anna[anna] @ localhost []\n# Query_time: 2\nuse shop;\nSET timestamp=1795171232;\nDELETE FROM pots;\n/usr/sbin/mysqld, Version: 8.0. started with:\n", []string{
			`mysql-slow 2026-11-20T10:40:31.123456Z "SELECT tea\n  FROM pots;" {begin="Time" User@Host="anna[anna] @ localhost []  Id:     3" Query_time="1.5" Lock_time="0.1" Rows_sent="1" SET timestamp="1795171231"}`,
			`mysql-slow 2026-11-20T10:40:32Z "DELETE FROM pots;" {User@Host="anna[anna] @ localhost []" Query_time="2" use="shop" SET timestamp="1795171232"}`,
			`plain "/usr/sbin/mysqld, Version: 8.0. started with:"`}},
		{"MinIO", "API: PutObject(bucket=tea, object=pot)\nTime: 10:40:31 UTC 11/20/2026\nDeploymentID: 90cce98d\nError: no tea (*errors.errorString)\n       1: cmd/tea.go:12:cmd.pour()\nhello\n", []string{
			`minio 2026-11-20T10:40:31Z ERROR "no tea (*errors.errorString)\n       1: cmd/tea.go:12:cmd.pour()" {DeploymentID="90cce98d" API="PutObject(bucket=tea, object=pot)"}`,
			`plain "hello"`}},
		{"MinIO, not", "API: Calls()\nand more\n", []string{`minio "API: Calls()"`, `plain "and more"`}},
		{"Samba", "[2026/11/20 10:40:31,  0] ../source3/smbd/tea.c:12(pour)\n  no tea\n", []string{
			`samba 2026-11-20T10:40:31Z source=pour|../source3/smbd/tea.c:12 "no tea" {debuglevel="0"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			raw := ""
			for l, err := range logline.Read(strings.NewReader(tt.log), &logline.Options{Location: time.UTC}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, show(l))
				raw += l.Raw + "\n"
			}
			if g, w := strings.Join(got, "\n"), strings.Join(tt.want, "\n"); g != w {
				t.Errorf("got\n%s\nwant\n%s", g, w)
			}
			if w := strings.ReplaceAll(tt.log, "\n\n", "\n"); raw != w {
				t.Errorf("got raw %q, want %q", raw, w)
			}
		})
	}
}
