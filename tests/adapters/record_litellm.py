"""How litellm_1_110_2.json was made: the real package, its generic API callback, mocked providers, a local receiver.

    python -m venv /tmp/recorder && /tmp/recorder/bin/pip install litellm==1.110.2
    /tmp/recorder/bin/python tests/adapters/record_litellm.py > tests/adapters/litellm_1_110_2.json

Left out of the recording: the price table (model_map_information), tracebacks, vectors.
"""

import asyncio
import http.server
import json
import os
import threading

RECEIVED = []


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        RECEIVED.append(self.rfile.read(int(self.headers.get("content-length", 0))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


async def calls(logger):
    import litellm

    litellm.callbacks = [logger]
    said = [{"role": "user", "content": "hi"}]
    await litellm.acompletion(
        model="gpt-4o", messages=said, mock_response="hello there", api_key="x", user="end-user-1"
    )
    try:
        await litellm.acompletion(
            model="gpt-4o", messages=said, mock_response=Exception("boom"), api_key="x", num_retries=0
        )
    except litellm.InternalServerError:
        pass
    await litellm.aembedding(
        model="text-embedding-3-small", input=["hi there"], mock_response=[0.1] * 3, api_key="x"
    )
    await asyncio.sleep(3)
    await logger.flush_queue()
    await asyncio.sleep(2)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["GENERIC_LOGGER_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}/v1/log_json"
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger

    asyncio.run(calls(GenericAPILogger(log_format="json_array")))
    records = [record for body in RECEIVED for record in json.loads(body)]
    for record in records:
        record["model_map_information"] = {}
        record["error_information"].pop("traceback", None)
        if record["response"].get("data"):
            record["response"] = {}
    print(json.dumps(records, indent=1))


if __name__ == "__main__":
    main()
