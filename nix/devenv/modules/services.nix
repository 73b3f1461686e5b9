# Services and process managers: any option is taken; that they are off, and which package they have, can be read back.
{ lib, pkgs, ... }:
let
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
  services = builtins.mapAttrs (_: package: {
    enable = lib.mkDefault false;
    package = lib.mkDefault pkgs.${package};
  }) packageNames;
  process.manager.implementation = lib.mkDefault "native";
}
