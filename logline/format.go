package logline

import "strings"

// Format describes a format that [Parse] recognizes.
type Format struct {
	Name   string // as in Line.Format
	Help   string // what writes it
	Sample string // a line of it
}

// Formats returns the formats that [Parse] recognizes, in the order in which it tries them.
func Formats() []Format {
	list := make([]Format, 0, len(whole)+len(timed)+len(bracketed)+len(layoutFormats)+len(structuredFormats))
	for _, r := range whole {
		list = append(list, r.Format)
	}
	for _, r := range timed {
		list = append(list, r.Format)
	}
	for _, r := range bracketed {
		list = append(list, r.Format)
	}
	list = append(list, layoutFormats...)
	return append(list, structuredFormats...)
}

// recognizer recognizes the lines of a format. It is tried before the general rules for
// JSON, logfmt, and text that begins with a time or a level.
type recognizer struct {
	Format

	// first has the bytes that such a line can begin with; 0 stands for all digits, A and a
	// for all letters of upper and lower case. After a > it has what can follow the first
	// byte, in the same form. If that is a number, 4 stands for the year of a date, and 1 for
	// any other; a line that begins with a number is followed by it in this sense.
	first string

	// parse returns false for a line of another format. It may leave Line.Format empty.
	parse func(p *parser, s string) (Line, bool)
}

// timedRecognizer recognizes the rest of a line after an ISO time, with the separator.
type timedRecognizer struct {
	Format

	// first has the bytes that can follow the time and spaces, in the form of those of
	// recognizer.
	first string

	parse func(p *parser, l Line, st stamp, rest string) (Line, bool)
}

var (
	whole     []recognizer
	timed     []timedRecognizer
	bracketed []timedRecognizer // after "[" and a time

	// The elements of the lists by the first bytes in first.
	wholeBy              [256][]filed[recognizer]
	timedBy, bracketedBy [256][]filed[timedRecognizer]
)

// The tables are set here, since recognizers call others, and the compiler takes that for
// a cycle.
func init() {
	whole = []recognizer{
		{Format{"docker", "Docker's json-file driver, around any other format", `{"log":"hello\n","stream":"stdout","time":"2026-03-05T10:11:12.123456789Z"}`}, "{", (*parser).dockerJSON},
		{Format{"cri", "Kubernetes' container runtimes, around any other format", `2026-03-05T10:11:12.123456789Z stdout F hello`}, "0>4", (*parser).cri},
		{Format{"kubectl", "kubectl logs --prefix, around any other format", `[pod/web-6d4cf56db6-7x9zq/app] hello`}, "[>p", (*parser).kubectl},
		{Format{"stern", "Stern, around any other format", `web-6d4cf56db6-7x9zq app hello`}, "a", (*parser).stern},
		{Format{"compose", "docker compose logs, docker service logs, Foreman and PM2, around any other format", `web-1  | hello`}, "0Aa>1Aa-_. ", (*parser).compose},
		{Format{"access", "access logs of web servers: common and combined", `10.0.0.1 - anna [05/Mar/2026:10:11:12 +0100] "GET / HTTP/1.1" 200 512 "-" "curl/8.5"`}, "0Aa:[->1Aa:.-_ ", (*parser).access},
		{Format{"apache-error", "Apache's error log", `[Thu Mar 05 10:11:12.123456 2026] [core:error] [pid 12:tid 34] [client 10.0.0.1:99] no such file`}, "[>A", (*parser).apacheError},
		{Format{"dotnet", ".NET's consoles; the message may be on the next line", `info: App.Web[0]`}, "0tdiwfc>1a", (*parser).dotnetConsole},
		{Format{"django", "Django's development server", `[05/Mar/2026 10:11:12] "GET / HTTP/1.1" 200 512`}, "[>1", (*parser).djangoServer},
		{Format{"uvicorn", "uvicorn", `INFO:     10.0.0.1:5678 - "GET / HTTP/1.1" 200 OK`}, "DIWECT>A", (*parser).uvicorn},
		{Format{"ruby", "Ruby's Logger, also Rails in production", "I, [2026-03-05T10:11:12.123456 #12]  INFO -- app: hello"}, "DIWEFA>,", (*parser).rubyLogger},
		{Format{"monolog", "Monolog, also Laravel and Symfony", `[2026-03-05T10:11:12.123456+00:00] app.INFO: hello {"n":1} []`}, "[>4", (*parser).monolog},
		{Format{"kafka", "Kafka", "[2026-03-05 10:11:12,123] INFO hello (kafka.server.KafkaServer)"}, "[>4", (*parser).kafka},
		{Format{julFormat, "java.util.logging, whose records have two lines", "Mar 5, 2026 10:11:12 AM app.Shop pay\nINFO: hello"}, "A", (*parser).julHeader},
		{Format{"ttcc", "log4j's TTCCLayout", "346 [main] INFO app.Sort - hello"}, "0>1", (*parser).ttcc},
		{Format{"cockroach", "CockroachDB", "I260305 10:11:12.123456 12 server/server.go:345  [n1] 26 hello"}, "IWEF>1", (*parser).cockroach},
		{Format{postgresFormat, "PostgreSQL", "2026-03-05 10:11:12.123 CET [12] anna@shop ERROR:  division by zero"}, "0Aa<[ ", (*parser).postgres},
		{Format{"postgres-csv", "PostgreSQL's CSV log", `2026-03-05 10:11:12.123 CET,"anna","shop",12,"10.0.0.1:5678",69a94b00.c,1,"SELECT",2026-03-05 10:10:00 CET,3/4,0,ERROR,22012,"division by zero",,,,,,"SELECT 1/0",,,"psql","client backend",,0`}, "0\">4", (*parser).postgresCSV},
		{Format{"redis", "Redis and Valkey", "12:M 05 Mar 2026 10:11:12.123 * Ready"}, "0[>1", (*parser).redis},
		{Format{"logcat", "Android's logcat: threadtime and time", "03-05 10:11:12.123  12  34 I Tag: hello"}, "0>1", (*parser).logcat},
		{Format{"logcat-brief", "Android's logcat: brief", "I/Tag(  12): hello"}, "VDIWEFA>/", (*parser).logcatBrief},
		{Format{"mysql", "MySQL and MariaDB", "2026-03-05T10:11:12.123456Z 0 [Note] [MY-010931] [Server] ready"}, "0", (*parser).mysql},
		{Format{"nats", "the NATS server", "[12] 2026/03/05 10:11:12.123456 [INF] hello"}, "[>1", (*parser).nats},
		{Format{"mongodb", "MongoDB before 4.4", "2026-03-05T10:11:12.123+0100 I NETWORK  [initandlisten] hello"}, "0MTWFS>4a", (*parser).mongodb},
		{Format{"journal", "journalctl: short-full and with-unit; short-monotonic is like dmesg", "Thu 2026-03-05 10:11:12 CET vm sshd[12]: hello"}, "MTWFS>a", (*parser).journalFull},
		{Format{"dmesg", "the kernel's log, also dmesg -T and -x", "[   12.345678] hello"}, "[<kumdaslncf> 1Aa", (*parser).dmesg},
		{Format{"minecraft", "Minecraft's servers", "[10:11:12] [Server thread/INFO]: hello"}, "[>1", layout(
			"[{time:%T}] [{thread}/{level}]: {message}",
			"[{time:%T}] [{thread}/{level}] [{channel}]: {message}",
			"[{time:%d%b%Y %T}] [{thread}/{level}] [{channel}]: {message}",
			"[{time:%T} {level}]: {message}")},
		{Format{"freeswitch", "FreeSWITCH with the id of the call", "8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b 2026-03-05 10:11:12.123456 98.50% [INFO] mod_sofia.c:12 hello"}, "0abcdef>1abcdef", layout(
			"{uuid:uuid} {time} {idle}% [{level}] {source} {message}",
			"{uuid:uuid} {time} [{level}] {source} {message}")},
		{Format{"home-assistant", "Home Assistant before 2018", "26-03-05 10:11:12 WARNING (MainThread) [homeassistant.loader] hello"}, "0>1", layout(
			"{time:%y-%m-%d %T} {level} ({thread}) [{channel}] {message}")},
		{Format{"fluent-bit", "Fluent Bit", "[2026/03/05 10:11:12] [ info] [engine] hello"}, "[>4", (*parser).fluentBit},
		{Format{"samba", "Samba, whose records have several lines", "[2026/03/05 10:11:12.123456,  0] ../source3/smbd/server.c:12(main)"}, "[>4", (*parser).samba},
		{Format{"minio", "MinIO's errors, whose records have several lines", "API: PutObject(bucket=tea, object=pot)"}, "A>A", (*parser).minio},
		{Format{"apt-history", "apt's history.log, whose records have several lines", "Start-Date: 2026-03-05  10:11:12"}, "S", (*parser).aptHistory},
		{Format{"mysql-slow", "MySQL's log of slow queries, whose records have several lines", "# Time: 2026-03-05T10:11:12.123456Z"}, "#", (*parser).slowQuery},
		{Format{"couchdb", "CouchDB", "[info] 2026-03-05T10:11:12.123456Z couchdb@localhost <0.123.0> -------- hello"}, "[>a", layout(
			"[{level}] {time} {node} <{process}> {id} {message}")},
		{Format{"lambda-python", "AWS Lambda with Python", "[INFO]\t2026-03-05T10:11:12.123Z\t8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b\thello"}, "[>A", layout(
			"[{level}]\t{time}\t{request_id:lambda-id}\t{message}")},
		{Format{"aws-elb", "load balancers of AWS", `https 2026-03-05T10:11:12.123456Z app/web/50dc6c49 10.0.0.1:2817 10.0.0.2:80 0.000 0.001 0.000 200 200 34 366 "GET https://vm:443/ HTTP/2.0" "curl/8.5" - -`}, "hgwt0>41a", (*parser).loadBalancer},
		{Format{"auditd", "Linux' audit log", `type=SYSCALL msg=audit(1772705472.123:45): arch=c000003e syscall=59 success=yes`}, "tn>yo", (*parser).auditd},
		{Format{"haproxy", "HAProxy, also in syslog", `10.0.0.1:5678 [05/Mar/2026:10:11:12.123] web app/s1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"`}, "0a:[>1a:.", (*parser).haproxy},
		{Format{"haproxy-process", "what HAProxy says of itself", "[WARNING] 063/101112 (12) : hello"}, "[>A", (*parser).haproxyProcess},
		{Format{"gin", "Gin", `[GIN] 2026/03/05 - 10:11:12 | 200 |  1.2ms |  10.0.0.1 | GET      "/"`}, "[>G", (*parser).gin},
		{Format{"fiber", "Fiber", `10:11:12 | 200 |  1.2ms | 10.0.0.1 | GET | / | -`}, "0[>1", (*parser).fiber},
		{Format{"geth", "go-ethereum, and log15 on a terminal", `INFO [03-05|10:11:12.123] hello                                    n=1`}, "A>A", (*parser).geth},
		{Format{"logrus-console", "logrus on a terminal", `INFO[0012] hello                                    n=1`}, "A>A", (*parser).logrus},
		{Format{"zerolog-console", "zerolog's and phuslu's consoles", `10:11AM INF main.go:12 > hello n=1`}, "0>1", (*parser).zerologClock},
		{Format{"php", "PHP's error log", `[05-Mar-2026 10:11:12 Europe/Berlin] PHP Warning:  hello in /srv/a.php on line 12`}, "[>1", (*parser).phpError},
		{Format{erlangFormat, "reports of Erlang and Elixir, whose text is on the next lines", `=ERROR REPORT==== 5-Mar-2026::10:11:12.123456 ===`}, "=", (*parser).erlangReport},
		{Format{"npm-command", "npm", `npm ERR! hello`}, "n>a", (*parser).npmCommand},
		{Format{"chromium", "Chromium and Electron", `[12:34:0305/101112.123456:ERROR:file.cc(12)] hello`}, "[>14", (*parser).chromium},
		{Format{"rails", "Rails in development: the beginning of a request", `Started GET "/" for 10.0.0.1 at 2026-03-05 10:11:12 +0100`}, "S>t", (*parser).railsStarted},
		{Format{"rails-tagged", "Rails with the id of the request", `[8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b] hello`}, "[>1a", (*parser).railsTagged},
		{Format{"dotnet-systemd", ".NET's console for systemd", `<6>App.Web[0] hello`}, "<>1", (*parser).dotnetSystemd},
		{Format{"structlog-bare", "structlog's console without a time", "[info     ] hello                          n=1"}, "[>a", (*parser).structlogBare},
		{Format{"tracing-bare", "Rust's tracing without a time", ` INFO request{id=7}: app::db: hello n=1`}, " EDT>A", (*parser).tracingBare},
		{Format{"tracing-uptime", "Rust's tracing with the time since the start", `   0.001234567s  INFO app::db: hello n=1`}, " > 1", (*parser).tracingUptime},
		{Format{"tracing-pretty", "Rust's tracing, pretty", `  2026-03-05T10:11:12.123456Z  INFO app::db: hello, n: 1`}, " > ", (*parser).tracingPretty},
		{Format{"pino-pretty", "pino-pretty", `[10:11:12.123] INFO (12): hello`}, "[>1", (*parser).pinoPretty},
		{Format{"nest", "NestJS", `[Nest] 12  - 03/05/2026, 10:11:12 AM     LOG [AppService] hello`}, "[>N", (*parser).nest},
		{Format{"winston-simple", "winston's simple format with fields", `info: hello {"n":1}`}, "a>a", (*parser).winstonSimple},
		{Format{"npm", "npm's debug log", `12 silly idealTree hello`}, "0>1", (*parser).npm},
		{Format{"morgan", "morgan: dev and tiny", `GET / 200 1.234 ms - 5`}, "A>A", (*parser).morgan},
		{Format{"morgan-short", "morgan: short", `10.0.0.1 - GET / HTTP/1.1 200 5 - 1.234 ms`}, "0a:>1a:.", (*parser).morganShort},
	}
	timed = []timedRecognizer{
		{Format{"capnslog", "etcd before 3.4", "2026-03-05 10:11:12.123456 I | raft: hello"}, "A> ", (*parser).capnslog},
		{Format{"windows-cbs", "Windows' CBS.log", "2026-03-05 10:11:12, Info                  CBS    hello"}, ",", (*parser).windowsCBS},
		{Format{"logcat-year", "Android's logcat with a year", "2026-03-05 10:11:12.123  12  34 I Tag: hello"}, "0VDIWEFA", (*parser).logcatTimed},
		{Format{"logcat-studio", "Android Studio's logcat", "2026-03-05 10:11:12.123    12-34    Tag                     com.example.app                      I  hello"}, "0", (*parser).logcatStudio},
		{Format{"chromeos", "ChromeOS' syslog", "2026-03-05T10:11:12.123456Z INFO rsyslogd[12]: hello"}, "A>A", timedLayout(
			" {level} {channel}[{pid}]: {message}")},
		{Format{"fly", "Fly.io", "2026-03-05T10:11:12Z app[3d8d9e0b] fra [info] hello"}, "a>a", timedLayout(
			" {instance:name[id]} {region:three} [{level}] {message}")},
		{Format{"wireguard", "WireGuard's applications", "2026-03-05 10:11:12.123456: [TUN] [home] hello"}, ":> ", timedLayout(
			": [{component:THREE}] [{tunnel}] {message}")},
		{Format{"zeek", "Zeek's logs, whose columns have no names in a line", "1772705472.123456\tCxkYz31kM9dRIHUUZd\t10.0.0.1\t5678\t10.0.0.2\t443\ttcp"}, "\t", (*parser).zeek},
		{Format{"clickhouse", "ClickHouse", "2026.03.05 10:11:12.123456 [ 12 ] {8a1d2f3c} <Debug> executeQuery: hello"}, "[> ", timedLayout(
			" [ {thread} ] {{{query_id:optional}}} <{level}> {channel}: {message}",
			" [ {thread} ] {{{query_id:optional}}} <{level}> {channel} ({name}): {message}",
			" [ {thread} ] <{level}> {channel}: {message}")},
		{Format{"rabbitmq", "RabbitMQ", "2026-03-05 10:11:12.123456+00:00 [info] <0.123.0> hello"}, "[>a", timedLayout(
			" [{level}] <{process}> {message}")},
		{Format{"jenkins", "Jenkins", "2026-03-05 10:11:12.123+0000 [id=12]\tINFO\thudson.WebAppMain#run: hello"}, "[>i", timedLayout(
			" [id={id}]\t{level}\t{channel}: {message}")},
		{Format{"home-assistant", "Home Assistant", "2026-03-05 10:11:12.123 WARNING (MainThread) [homeassistant.loader] hello"}, "A>A", timedLayout(
			" {level} ({thread}) [{channel}] {message}")},
		{Format{"solr", "Solr", "2026-03-05 10:11:12.123 INFO  (main) [   x:tea] o.a.s.c.CoreContainer hello"}, "A>A", (*parser).solr},
		{Format{"fiber", "Fiber with a date", "2026-03-05 10:11:12 | 200 |  1.2ms | GET | /"}, "|> ", (*parser).fiberTimed},
		{Format{"activemq", "ActiveMQ", "2026-03-05 10:11:12,123 | INFO  | hello | org.apache.activemq.broker.BrokerService | main"}, "|> ", (*parser).activemq},
		{Format{"openstack", "OpenStack", "2026-03-05 10:11:12.123 12 INFO nova.osapi [req-8a1d2f3c anna shop - - -] hello"}, "0", timedLayout(
			" {pid} {level} {channel} [{request:openstack}] {message}")},
		{Format{"cloud-init", "cloud-init", "2026-03-05 10:11:12,123 - util.py[DEBUG]: hello"}, "-", timedLayout(
			" - {file}[{level}]: {message}")},
		{Format{"github-actions", "GitHub Actions", "2026-03-05T10:11:12.1234567Z ##[error]hello"}, "#", timedLayout(
			" ##[{level}]{message}",
			" ##[{command}]{message}")},
		{Format{"ansible", "Ansible", "2026-03-05 10:11:12,123 p=12 u=anna n=ansible | hello"}, "p>=", timedLayout(
			" p={pid} u={user} n={channel} | {message}")},
		{Format{"lambda", "AWS Lambda with Node.js", "2026-03-05T10:11:12.123Z\t8a1d2f3c-0b5e-4b57-9f3e-1c2d3e4f5a6b\tINFO\thello"}, "\t0abcdefu>1abcdefnu", timedLayout(
			"\t{request_id:lambda-id}\t{level}\t{message}",
			"\t{request_id:lambda-id}\t{message}",
			" {request_id:lambda-id} {message}")},
		{Format{"plex", "Plex", "Mar 05, 2026 10:11:12.123 [0x7f0c7d6c5740] INFO - hello"}, "[>1", timedLayout(
			" [{thread}] {level} - {message}")},
		{Format{"ceph", "Ceph", "2026-03-05T10:11:12.123456+0000 mon.a (mon.0) 12 : cluster [INF] hello"}, "a", timedLayout(
			" {node} ({name}) {sequence} : {log:ceph-log} [{level}] {message}",
			" {node} {name} {address} {sequence} : {log:ceph-log} [{level}] {message}")},
		{Format{"ceph-daemon", "Ceph's daemons", "2026-03-05T10:11:12.123+0000 7f0c7d6c5740  0 hello"}, "0abcdef", timedLayout(
			" {thread_id:pointer} {priority:two digits} {message}")},
		{Format{"squid-cache", "Squid's own log with several processes", "2026/03/05 10:11:12 kid1| hello"}, "k>i", timedLayout(
			" {kid:kid}| {message}")},
		{Format{"iis", "IIS", "2026-03-05 10:11:12 10.0.0.2 GET / - 443 - 10.0.0.1 curl/8.5 - 200 0 0 12"}, "0AW:", (*parser).iis},
		{Format{"fluentd", "Fluentd", "2026-03-05 10:11:12 +0000 [info]: #0 hello n=1"}, "[>a", (*parser).fluentd},
		{Format{erlangFormat, "reports of Erlang in the files of Lager", "2026-03-05 10:11:12 =ERROR REPORT===="}, "=>A", (*parser).erlangTimed},
		{Format{"openvpn", "OpenVPN with microseconds", "2026-03-05 10:11:12 us=123456 hello"}, "u>s", timedLayout(
			" us={us} {message}")},
		{Format{"freeswitch", "FreeSWITCH", "2026-03-05 10:11:12.123456 98.50% [INFO] mod_sofia.c:12 hello"}, "0[>1A", timedLayout(
			" {idle}% [{level}] {source} {message}",
			" [{level}] {source} {message}")},
		{Format{"cloudfront", "Amazon CloudFront", "2026-03-05\t10:11:12\tFRA56-P2\t512\t10.0.0.1\tGET\tvm.cloudfront.net\t/\t200\t-\tcurl/8.5"}, "\t", (*parser).cloudfront},
		{Format{"named", "BIND", "05-Mar-2026 10:11:12.123 general: info: hello"}, "a>a", (*parser).named},
		{Format{"dotnet-time", ".NET's console with a date", "2026-03-05 10:11:12 info: App.Web[0] hello"}, "tdiwfc", (*parser).dotnetTimed},
		{Format{"squid", "Squid's access log", "1772705472.123    109 10.0.0.1 TCP_MISS/200 512 GET http://vm/ - HIER_DIRECT/10.0.0.2 text/html"}, "0>1", (*parser).squid},
		{Format{"structlog", "structlog's console", "2026-03-05T10:11:12.123456Z [info     ] hello                          n=1"}, "[>a", (*parser).structlogConsole},
		{Format{"telegraf", "Telegraf", "2026-03-05T10:11:12Z I! hello"}, "A>!", (*parser).telegraf},
		{Format{"hclog", "hclog: Consul, Vault, Nomad, Terraform", "2026-03-05T10:11:12.123Z [INFO]  agent.server: hello: n=1"}, "[>A", (*parser).hclog},
		{Format{"zerolog-time", "zerolog's and phuslu's consoles with a date", "2026-03-05T10:11:12Z INF main.go:12 > hello n=1"}, "A>A", (*parser).zerologConsole},
		{Format{"calico", "Calico", "2026-03-05 10:11:12.123 [INFO][12] felix/ipsets.go 356: hello n=1"}, "[>A", (*parser).calico},
		{Format{"spark", "Spark, whose years have two digits", "26/03/05 10:11:12 INFO MemoryStore: hello"}, "A>A", (*parser).spark},
		{Format{"charm", "charmbracelet/log", "2026/03/05 10:11:12 INFO <main.go:12> hello n=1"}, "A>A", (*parser).charm},
		{Format{"chi", "chi", `2026/03/05 10:11:12 "GET http://vm/ HTTP/1.1" from 10.0.0.1:99 - 200 5B in 1.2ms`}, "\"[", (*parser).chi},
		{Format{"tracing", "Rust's tracing, full and compact", "2026-03-05T10:11:12.123456Z  INFO request{id=7}: app::db: hello n=1"}, "A>A", (*parser).tracing},
	}
	bracketed = []timedRecognizer{
		{Format{"envoy", "Envoy and Istio's proxy", "[2026-03-05 10:11:12.123][12][info][main] [source/server/server.cc:12] hello"}, "]>[", timedLayout(
			"][{thread}][{level}][{channel}] [{source}] {message}",
			"][{thread}][{level}][{channel}] {message}")},
		{Format{"envoy-access", "Envoy's access log", `[2026-03-05T10:11:12.123Z] "GET / HTTP/1.1" 200 - 0 5 1 0 "-" "curl/8.5"`}, "]> ", (*parser).envoyAccess},
		{Format{"pacman", "pacman", "[2026-03-05T10:11:12+0100] [ALPM] installed hello (2.12-1)"}, "]> ", (*parser).pacman},
		{Format{"asterisk", "Asterisk", "[2026-03-05 10:11:12] NOTICE[12]: chan_sip.c:34 handle_request: hello"}, "]> ", (*parser).asterisk},
		{Format{"pino-pretty-date", "pino-pretty with a date", "[2026-03-05 10:11:12.123 +0000] INFO (app/12): hello"}, "]> ", (*parser).pinoTimed},
	}
	for i := range whole {
		file(&wholeBy, whole[i].first, &whole[i])
	}
	for i := range timed {
		file(&timedBy, timed[i].first, &timed[i])
	}
	for i := range bracketed {
		file(&bracketedBy, bracketed[i].first, &bracketed[i])
	}
}

// filed is a recognizer in a table.
type filed[R any] struct {
	r    *R
	next [256]bool // what can follow the first byte
}

// file adds a recognizer to those of its first bytes.
func file[R any](table *[256][]filed[R], first string, r *R) {
	first, next, some := strings.Cut(first, ">")
	f := filed[R]{r: r}
	for c := range f.next {
		f.next[c] = !some || startsWith(next, byte(c))
	}
	for c := range table {
		if startsWith(first, byte(c)) {
			table[c] = append(table[c], f)
		}
	}
}

// follower returns the byte that stands for what follows the first byte of s: see recognizer.
func follower(s string) byte {
	if !isDigit(s[0]) {
		if s = s[1:]; s == "" {
			return 0
		}
		if !isDigit(s[0]) {
			return s[0]
		}
	}
	if len(s) > 4 && (s[4] == '-' || s[4] == '/') && digits(s[:4]) == 4 {
		return '4'
	}
	return '1'
}

func startsWith(first string, c byte) bool {
	for i := range len(first) {
		switch f := first[i]; {
		case f == c, f == '0' && isDigit(c), f == 'A' && isUpper(c), f == 'a' && isLower(c):
			return true
		}
	}
	return false
}

// recognize tries the recognizers of whole lines.
func (p *parser) recognize(s string) (Line, bool) {
	if s == "" {
		return Line{}, false
	}
	list, next := wholeBy[s[0]], follower(s)
	for i := range list {
		if f := &list[i]; f.next[next] {
			if l, ok := f.r.parse(p, s); ok {
				if l.Format == "" {
					l.Format = f.r.Name
				}
				return l, true
			}
		}
	}
	return Line{}, false
}

// recognizeTimed tries the recognizers of what follows a time.
func (p *parser) recognizeTimed(table *[256][]filed[timedRecognizer], l Line, st stamp, rest string) (Line, bool) {
	i := 0
	for i < len(rest) && rest[i] == ' ' {
		i++
	}
	if i == len(rest) {
		return Line{}, false
	}
	list, next := table[rest[i]], follower(rest[i:])
	for i := range list {
		if f := &list[i]; f.next[next] {
			if got, ok := f.r.parse(p, l, st, rest); ok {
				if got.Format == "" {
					got.Format = f.r.Name
				}
				return got, true
			}
		}
	}
	return Line{}, false
}

// structuredFormats are the formats that are recognized by the fields of JSON and logfmt,
// and those of the general rules.
var structuredFormats = []Format{
	{Logbook, "Logbook: JSON lines and its default text", `[2026-03-05 10:11:12.123456] INFO: app.web: hello`},
	{Wire, "Python Logbook's JSON form of a record", `{"channel": "app", "msg": "hello", "args": [], "kwargs": {}, "level": 11, "extra": {}, "heavy_initialized": true, "information_pulled": true}`},
	{Slog, "log/slog's JSONHandler", `{"time":"2026-03-05T10:11:12.123Z","level":"INFO","msg":"hello","n":1}`},
	{Zap, "zap: JSON and console", `{"level":"info","ts":1772705472.123,"logger":"app","msg":"hello"}`},
	{Zerolog, "zerolog and phuslu/log", `{"level":"info","time":"2026-03-05T10:11:12Z","message":"hello"}`},
	{Logrus, "logrus, as JSON", `{"level":"warning","msg":"hello","time":"2026-03-05T10:11:12Z"}`},
	{Pino, "pino", `{"level":30,"time":1772705472123,"pid":12,"hostname":"vm","msg":"hello"}`},
	{Bunyan, "bunyan", `{"name":"app","hostname":"vm","pid":12,"level":30,"msg":"hello","time":"2026-03-05T10:11:12.123Z","v":0}`},
	{"mongodb-json", "MongoDB", `{"t":{"$date":"2026-03-05T10:11:12.123+01:00"},"s":"I","c":"NETWORK","id":22943,"ctx":"listener","msg":"hello"}`},
	{"loguru-json", "loguru with serialize=True", `{"text":"hello\n","record":{"level":{"name":"INFO","no":20},"message":"hello","name":"app","time":{"repr":"2026-03-05 10:11:12.123456+01:00","timestamp":1772701872.123456}}}`},
	{"journal-json", "journalctl -o json", `{"__REALTIME_TIMESTAMP":"1772705472123456","PRIORITY":"6","SYSLOG_IDENTIFIER":"sshd","_PID":"12","MESSAGE":"hello"}`},
	{JSON, "any other JSON object, also Echo's requests", `{"timestamp":"2026-03-05T10:11:12Z","severity":"INFO","message":"hello"}`},
	{Logfmt, "logfmt, also log/slog's TextHandler and logrus", `time=2026-03-05T10:11:12.123Z level=INFO msg=hello n=1`},
	{Text, "other text with a time or a level", `2026/03/05 10:11:12 main.go:12: hello`},
	{Plain, "lines in which nothing was recognized", `hello`},
}
