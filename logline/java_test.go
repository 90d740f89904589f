package logline_test

import (
	"testing"
	"time"

	"github.com/logbook-go/logbook/logline"
)

func TestJava(t *testing.T) {
	testLines(t, []sample{
		{"ActiveMQ",
			`2026-11-20 10:40:31,123 | WARN  | the pot | is empty | org.example.tea.Pot | main`,
			`activemq 2026-11-20T10:40:31.123+05:30 WARNING channel=org.example.tea.Pot "the pot | is empty" {thread="main"}`},
		{"ActiveMQ, a package",
			`2026-11-20 10:40:31,123 | INFO  | Started Pot@0.0.0.0:8161 | org.example.tea.log | main`,
			`activemq 2026-11-20T10:40:31.123+05:30 INFO channel=org.example.tea.log "Started Pot@0.0.0.0:8161" {thread="main"}`},
		{"not ActiveMQ",
			`2026-11-20 10:40:31,123 | INFO  | org.example.tea.Pot | main | a | b`,
			`layout 2026-11-20T10:40:31.123+05:30 INFO channel=org.example.tea.Pot "main | a | b"`},
		{"Solr",
			`2026-11-20 10:40:31.123 INFO  (main) [   ] o.e.t.Pot the pot is full`,
			`solr 2026-11-20T10:40:31.123+05:30 INFO channel=o.e.t.Pot "the pot is full" {thread="main"}`},
		{"Solr with a core",
			`2026-11-20 10:40:31.123 ERROR (qtp-12) [c:tea s:shard1 r:node8 x:tea_1] o.e.t.Pot no tea`,
			`solr 2026-11-20T10:40:31.123+05:30 ERROR channel=o.e.t.Pot "no tea" {thread="qtp-12" context="c:tea s:shard1 r:node8 x:tea_1"}`},
		{"log4j",
			`2026-11-20 10:40:31,123 [http-nio-8080-exec-1] FATAL com.example.Shop - out of tea`,
			`layout 2026-11-20T10:40:31.123+05:30 CRITICAL channel=com.example.Shop "out of tea" {thread="http-nio-8080-exec-1"}`},
		{"logback",
			`10:40:31.123 [main] INFO  c.e.Shop - a - b`,
			`layout 2026-11-20T10:40:31.123+05:30 INFO channel=c.e.Shop "a - b" {thread="main"}`},
		{"Spring Boot",
			`2026-11-20 10:40:31.123  WARN 12 --- [           main] c.e.Shop                 : low: tea : x`,
			`layout 2026-11-20T10:40:31.123+05:30 WARNING channel=c.e.Shop pid=12 "low: tea : x" {thread="main"}`},
		{"Spring Boot 3",
			`2026-11-20T10:40:31.123+01:00  INFO 12 --- [shop] [nio-8080-exec-1] c.e.Shop : hello`,
			`layout 2026-11-20T10:40:31.123+01:00 INFO channel=c.e.Shop pid=12 "hello" {context="shop" thread="nio-8080-exec-1"}`},
		{"no logger",
			`2026-11-20 10:40:31,123 [main] hello - x`,
			`text 2026-11-20T10:40:31.123+05:30 "[main] hello - x"`},
		{"Tomcat in Chinese",
			`20-Nov-2026 10:40:31.123 警告 [main] org.apache.catalina.Tea.pour little tea`,
			`layout 2026-11-20T10:40:31.123+05:30 WARNING channel=org.apache.catalina.Tea.pour "little tea" {level="警告" thread="main"}`},
		{"Tomcat in German",
			`20-Nov-2026 10:40:31.123 SCHWERWIEGEND [main] org.apache.catalina.Tea.pour no tea`,
			`layout 2026-11-20T10:40:31.123+05:30 ERROR channel=org.apache.catalina.Tea.pour "no tea" {level="SCHWERWIEGEND" thread="main"}`},
	})
}

func TestJavaLayouts(t *testing.T) {
	testLines(t, []sample{
		{"level before thread", "2026-03-05 10:11:12,123 INFO [main] org.example.shop.Cart: sold out", `layout 2026-03-05T10:11:12.123+05:30 INFO channel=org.example.shop.Cart "sold out" {thread="main"}`},
		{"logger in brackets", "2026-03-05 10:11:12,123 WARN [org.example.Cart] - sold out", `layout 2026-03-05T10:11:12.123+05:30 WARNING channel=org.example.Cart "sold out"`},
		{"thread in parentheses", "2026-03-05 10:11:12,123 ERROR [org.example.Cart] (pool-1) sold out", `layout 2026-03-05T10:11:12.123+05:30 ERROR channel=org.example.Cart "sold out" {thread="pool-1"}`},
		{"file after logger", "2026-03-05 10:11:12,123 [main] ERROR org.example.Cart [Cart.java:12] - sold out", `layout 2026-03-05T10:11:12.123+05:30 ERROR channel=org.example.Cart source=|Cart.java:12 "sold out" {thread="main"}`},
		{"zookeeper", "2026-03-05 10:11:12,123 [myid:1] - INFO  [main:Server@77] - ready", `layout 2026-03-05T10:11:12.123+05:30 INFO channel=Server "ready" {context="myid:1" thread="main" line="77"}`},
		{"spark, a short logger", "26/03/05 10:11:12 WARN AppInfo$: [tea-1], k=v", `spark 2026-03-05T10:11:12+05:30 WARNING channel=AppInfo$ "[tea-1], k=v"`},
		{"spark", "26/03/05 10:11:12 WARN scheduler.TaskSetManager: lost task 3", `spark 2026-03-05T10:11:12+05:30 WARNING channel=scheduler.TaskSetManager "lost task 3"`},
		{"hdfs", "260305 101112 35 INFO dfs.FSNamesystem: added a block", `layout 2026-03-05T10:11:12+05:30 INFO channel=dfs.FSNamesystem pid=35 "added a block"`},
		{"elasticsearch", "[2026-03-05T10:11:12,123][WARN ][o.e.c.Coordinator    ] [node-1] no master", `layout 2026-03-05T10:11:12.123+05:30 WARNING channel=o.e.c.Coordinator "no master" {thread="node-1"}`},
		{"kafka", "[2026-03-05 10:11:12,123] ERROR cannot elect (kafka.controller.Elect:12)", `kafka 2026-03-05T10:11:12.123+05:30 ERROR channel=kafka.controller.Elect "cannot elect" {line="12"}`},
		{"cassandra", "WARN  [Gossip:1] 2026-03-05 10:11:12,123 Gossiper.java:12 - node is down", `layout 2026-03-05T10:11:12.123+05:30 WARNING source=|Gossiper.java:12 "node is down" {context="Gossip:1"}`},
		{"ttcc", "176 [main] WARN  app.Sort n=1 - slow", `ttcc WARNING channel=app.Sort "slow" {elapsed="176" thread="main" ndc="n=1"}`},
		{"logback, milliseconds since the start", "176  [main] WARN  app.Sort -- slow - again", `ttcc WARNING channel=app.Sort "slow - again" {elapsed="176" thread="main"}`},
		{"log4j, compact time", "20260305T101112,123 [main] WARN  app.Sort - slow", `layout 2026-03-05T10:11:12.123+05:30 WARNING channel=app.Sort "slow" {thread="main"}`},
		{"tomcat", "05-Mar-2026 10:11:12.123 SEVERE [main] org.example.Listener.start no port", `layout 2026-03-05T10:11:12.123+05:30 ERROR channel=org.example.Listener.start "no port" {thread="main"}`},
	})
	want := `java-logging 2026-03-05T22:11:12Z ERROR channel=app.Shop "no card" {method="pay"}` + "\n"
	if got := records("Mar 5, 2026 10:11:12 PM app.Shop pay\nSEVERE: no card\n", &logline.Options{Location: time.UTC}); got != want {
		t.Errorf("got %s", got)
	}
}
