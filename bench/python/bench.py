"""The Python package beside requests, urllib3, httpx and pycurl: python bench.py TARGET ROUNDS TURNS SERVER_PID

Prints {"about":…,"rounds":{"plain_us.meetgate":[…],…},"missing":{"tls_us.pycurl":"why",…}} as JSON. What it means is for `cargo xtask bench` to say.
"""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

CALLS = 10
TIMEOUT_S = 30
READ = "/sdkapi/v2/room/read"


def judged(answer):
    """The answer of the platform, if it did what was asked."""
    if answer["ret"] != 0:
        raise RuntimeError(answer)
    return answer


def of_meetgate(url, target, ca):
    import meetgate

    options = {"tls": {"ca_file": ca}} if ca else {}
    avd = meetgate.Avd(base_url=url, token=target["token"], **options)
    room = target["room_id"]
    return lambda: avd.room.read(room_id=room)


def of_bare(url, target, ca):
    """The C function alone, by ctypes: what the package adds is the difference."""
    import ctypes

    library = ctypes.CDLL(os.environ["MEETGATE_LIBRARY"])
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    library.meetgate_client_new.argtypes = [text, pointer, pointer]
    library.meetgate_call_with.argtypes = [pointer, text, text, text, pointer, pointer]
    library.meetgate_string_free.argtypes = [pointer]
    library.meetgate_string_free.restype = None
    config = {"platform": "avd", "base_url": url, "token": target["token"], **({"tls": {"ca_file": ca}} if ca else {})}
    client = pointer()
    if library.meetgate_client_new(json.dumps(config).encode(), ctypes.byref(client), None) != 0:
        raise RuntimeError("no client")
    params = json.dumps({"room_id": target["room_id"]}).encode()
    call, free = library.meetgate_call_with, library.meetgate_string_free

    def read():
        reply = text()
        status = call(client, b"avd.room.read", params, None, None, ctypes.byref(reply))
        answer = reply.value
        free(reply)
        if status != 0:
            raise RuntimeError(answer)
        return answer

    return read


def of_requests(url, target, ca):
    import requests

    session = requests.Session()
    # Nothing is read from the environment, as by us.
    session.trust_env = False
    session.verify = ca or True
    parameters = {"token": target["token"], "room_id": target["room_id"]}
    return lambda: judged(session.get(url + READ, params=parameters, timeout=TIMEOUT_S).json())


def of_urllib3(url, target, ca):
    import urllib3

    pool = urllib3.PoolManager(ca_certs=ca, timeout=TIMEOUT_S)
    fields = {"token": target["token"], "room_id": target["room_id"]}
    return lambda: judged(json.loads(pool.request("GET", url + READ, fields=fields).data))


def of_httpx(url, target, ca):
    import ssl

    import httpx

    verify = ssl.create_default_context(cafile=ca) if ca else True
    client = httpx.Client(verify=verify, timeout=TIMEOUT_S, trust_env=False)
    parameters = {"token": target["token"], "room_id": target["room_id"]}
    return lambda: judged(client.get(url + READ, params=parameters).json())


def of_pycurl(url, target, ca):
    import urllib.parse

    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.TIMEOUT, TIMEOUT_S)
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROXY, "")
    if ca:
        curl.setopt(pycurl.CAINFO, ca)

    def read():
        parameters = {"token": target["token"], "room_id": target["room_id"]}
        answer = io.BytesIO()
        curl.setopt(pycurl.URL, url + READ + "?" + urllib.parse.urlencode(parameters))
        curl.setopt(pycurl.WRITEDATA, answer)
        curl.perform()
        if curl.getinfo(pycurl.RESPONSE_CODE) != 200:
            raise RuntimeError(answer.getvalue())
        return judged(json.loads(answer.getvalue()))

    return read


WAYS = {
    "meetgate": of_meetgate,
    "bare": of_bare,
    "requests": of_requests,
    "urllib3": of_urllib3,
    "httpx": of_httpx,
    "pycurl": of_pycurl,
}


def opened(scene, url, target, ca, missing):
    """Each way as a function, after some calls. Why one cannot be had is noted in missing."""
    calls = {}
    for name, way in WAYS.items():
        try:
            call = way(url, target, ca)
            for _ in range(100):
                call()
        except Exception as problem:  # Whatever it is, the other ways are measured.
            missing[f"{scene}.{name}"] = str(problem)
        else:
            calls[name] = call
    return calls


def round_of(calls, turns):
    """Of each way the median call of the quarter of the turns with the least time, in microseconds."""
    medians = {name: [] for name in calls}
    order = list(calls.items())
    for _ in range(turns):
        for name, call in order:
            times = []
            for _ in range(CALLS):
                start = time.perf_counter_ns()
                call()
                times.append(time.perf_counter_ns() - start)
            medians[name].append(statistics.median(times) / 1e3)
        # None is always the first.
        order.reverse()
    return {name: statistics.quantiles(values, n=4)[0] for name, values in medians.items()}


def first_answer(name, line):
    """From the line before the import to the first answer, in milliseconds, in an interpreter of its own."""
    program = [sys.executable, __file__, "first", name, line]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


def print_first_answer(name, target):
    start = time.perf_counter()
    WAYS[name](target["base_url"], target, None)()
    print((time.perf_counter() - start) * 1e3)


def main():
    if sys.argv[1] == "first":
        print_first_answer(sys.argv[2], json.loads(sys.argv[3]))
        return
    line, rounds, turns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    target = json.loads(line)
    figures, missing = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        ca = os.path.join(folder, "ca.pem")
        with open(ca, "w", encoding="ascii") as file:
            file.write(target["ca_pem"])
        scenes = {
            scene: opened(scene, url, target, authority, missing)
            for scene, url, authority in (
                ("plain_us", target["base_url"], None),
                ("tls_us", target["tls_url"], ca),
            )
        }
        for _ in range(rounds):
            for scene, calls in scenes.items():
                for name, value in round_of(calls, turns).items():
                    figures.setdefault(f"{scene}.{name}", []).append(value)
            for name in ("meetgate", "requests"):
                if name in scenes["plain_us"]:
                    figures.setdefault(f"import_ms.{name}", []).append(first_answer(name, line))
    versions = ["Python " + sys.version.split()[0]]
    versions += [f"{name} {sys.modules[name].__version__}" for name in ("requests", "urllib3", "httpx")
                 if name in sys.modules]
    if "pycurl" in sys.modules:
        versions.append(sys.modules["pycurl"].version.split()[0].replace('"', ""))
    print(json.dumps({"about": ", ".join(versions), "rounds": figures, "missing": missing}))


main()
