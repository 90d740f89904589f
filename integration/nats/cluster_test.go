package nats_test

const serverConfig = "LOGBOOK_TEST_NATS_CONFIG"

func serve(string) {}
