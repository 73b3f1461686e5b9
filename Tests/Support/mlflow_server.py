"""A real MLflow server with registered models whose artifacts are kept in all the ways there are.

    mlflow_server.py FOLDER

Serves MLflow's own application on three ports: open, behind Basic authentication (user "me", password "pw") and behind a
bearer token ("secret-token"); and moto's S3 beside it. Prints one line of JSON, {"open", "basic", "bearer", "s3"}: addresses.
Each model's artifacts are the files of `ARTIFACTS`.

  proxied   1 (stage Production, alias champion): through the artifact proxy; 2: as runs:/…; 3: as models:/m-…
  local     1: a folder of the server's, of a run; 2: the same of a logged model
  bucket    1: in S3
"""

import base64
import json
import os
import pathlib
import sys
import threading

ARTIFACTS = {
    "MLmodel": b"flavors: {}\n",
    "data/model \u00e9 +1.bin": bytes(range(256)) * 1200,
    "data/empty": b"",
    "requirements.txt": b"mlflow\n",
}
BUCKET = "artifacts"


def guarded(application, wanted):
    """The application for requests with this Authorization field only."""

    def answer(environment, start):
        if environment.get("HTTP_AUTHORIZATION") == wanted:
            return application(environment, start)
        start("401 Unauthorized", [("Content-Type", "text/plain"), ("WWW-Authenticate", "Basic realm=mlflow")])
        return [b"You are not authenticated."]

    return answer


def seed(address, folder):
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=address, registry_uri=address)
    source = folder / "source"
    for name, content in ARTIFACTS.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)

    def run(location):
        experiment = client.create_experiment(f"experiment {location}", artifact_location=location)
        run = client.create_run(experiment)
        client.log_artifacts(run.info.run_id, str(source), "model")
        return experiment, run

    def logged_model(experiment, run):
        model = client.create_logged_model(experiment, name="logged", source_run_id=run.info.run_id)
        client.log_model_artifacts(model.model_id, str(source))
        client.finalize_logged_model(model.model_id, "READY")
        return model.model_id

    for name in ("proxied", "local", "bucket", "empty"):
        client.create_registered_model(name)

    experiment, made = run(None)
    identifier = made.info.run_id
    client.create_model_version("proxied", f"{made.info.artifact_uri}/model", identifier)
    client.create_model_version("proxied", f"runs:/{identifier}/model", identifier)
    model = logged_model(experiment, made)
    client.create_model_version("proxied", f"models:/{model}", identifier, model_id=model)
    client.transition_model_version_stage("proxied", "1", "Production")
    client.set_registered_model_alias("proxied", "champion", "1")

    experiment, made = run((folder / "local").as_uri())
    client.create_model_version("local", f"{made.info.artifact_uri}/model", made.info.run_id)
    model = logged_model(experiment, made)
    client.create_model_version("local", f"models:/{model}", made.info.run_id, model_id=model)

    _, made = run(f"s3://{BUCKET}/mlflow")
    client.create_model_version("bucket", f"{made.info.artifact_uri}/model", made.info.run_id)


def main():
    folder = pathlib.Path(sys.argv[1])
    from moto.server import ThreadedMotoServer

    storage = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    storage.start()
    host, port = storage.get_host_and_port()
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "MLFLOW_S3_ENDPOINT_URL": f"http://{host}:{port}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        # What `mlflow server --serve-artifacts` hands to its workers.
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder}/mlflow.db",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": str(folder / "proxied"),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
    }
    import boto3
    from mlflow.server import app
    from werkzeug.serving import WSGIRequestHandler, make_server

    WSGIRequestHandler.log_request = lambda *arguments: None
    boto3.client("s3", endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"]).create_bucket(Bucket=BUCKET)
    basic = "Basic " + base64.b64encode(b"me:pw").decode()
    addresses = {"s3": os.environ["MLFLOW_S3_ENDPOINT_URL"]}
    for name, application in [
        ("open", app.wsgi_app),
        ("basic", guarded(app.wsgi_app, basic)),
        ("bearer", guarded(app.wsgi_app, "Bearer secret-token")),
    ]:
        server = make_server("127.0.0.1", 0, application, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        addresses[name] = f"http://127.0.0.1:{server.server_port}"
    seed(addresses["open"], folder)
    print(json.dumps(addresses), flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
