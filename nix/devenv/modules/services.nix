# Services and process managers: any option is taken. What files read back is there: whether a service is on, its package,
# the port of its process, and the variables by which clients find it.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (config.devenv) state runtime;

  # Where a service listens unless it is told otherwise: its process and the first port to try.
  ports = {
    clickhouse = 9000;
    elasticsearch = 9200;
    mailpit = 8025;
    meilisearch = 7700;
    memcached = 11211;
    minio = 9000;
    mongodb = 27017;
    mosquitto = 1883;
    mysql = 3306;
    nats = 4222;
    postgres = 5432;
    prometheus = 9090;
    rabbitmq = 5672;
    redis = 6379;
    sqld = 8080;
  };
  processName = name: if name == "clickhouse" then "clickhouse-server" else name;
  isOn = name: config.services.${name}.enable;

  packageNames = {
    adminer = "adminer";
    blackfire = "blackfire";
    caddy = "caddy";
    cassandra = "cassandra";
    clickhouse = "clickhouse";
    cockroachdb = "cockroachdb";
    couchdb = "couchdb3";
    dynamodb-local = "dynamodb-local";
    elasticmq = "elasticmq-server-bin";
    elasticsearch = "elasticsearch7";
    httpbin = "httpbin";
    influxdb = "influxdb";
    kafka = "apacheKafka";
    keycloak = "keycloak";
    mailhog = "mailhog";
    mailpit = "mailpit";
    meilisearch = "meilisearch";
    memcached = "memcached";
    minio = "minio";
    mongodb = "mongodb";
    mosquitto = "mosquitto";
    mysql = "mysql80";
    nats = "nats-server";
    nginx = "nginx";
    opensearch = "opensearch";
    opentelemetry-collector = "opentelemetry-collector";
    postgres = "postgresql";
    prometheus = "prometheus";
    rabbitmq = "rabbitmq-server";
    redis = "redis";
    sqld = "sqld";
    tailscale = "tailscale";
    temporal = "temporal-cli";
    trafficserver = "trafficserver";
    typesense = "typesense";
    vault = "vault-bin";
    varnish = "varnish";
    wiremock = "wiremock";
  };
in
{
  config = {
    services = builtins.mapAttrs (_: package: {
      enable = lib.mkOptionDefault false;
      package = lib.mkOptionDefault pkgs.${package};
    }) packageNames;
    processes = lib.mapAttrs' (
      name: port:
      lib.nameValuePair (processName name) (
        lib.mkIf (isOn name) {
          exec = lib.mkDefault "exec ${name}";
          ports.main.allocate = lib.mkDefault (config.services.${name}.port or port);
        }
      )
    ) ports;
    env = lib.mkMerge [
      (lib.mkIf (isOn "postgres") {
        PGDATA = lib.mkDefault "${state}/postgres";
        PGHOST = lib.mkDefault "${runtime}/postgres";
        PGPORT = lib.mkDefault config.processes.postgres.ports.main.value;
      })
      (lib.mkIf (isOn "mysql") {
        MYSQL_HOME = lib.mkDefault "${state}/mysql";
        MYSQL_UNIX_PORT = lib.mkDefault "${runtime}/mysql.sock";
        MYSQL_TCP_PORT = lib.mkDefault config.processes.mysql.ports.main.value;
      })
      (lib.mkIf (isOn "redis") { REDISDATA = lib.mkDefault "${state}/redis"; })
    ];
    process.manager.implementation = lib.mkOptionDefault "native";
  };
}
