//! What `-h` and `--help` say beside the options.

pub(crate) const SHORT: &str = "--help explains the control interface and the faults, with examples.";

pub(crate) const LONG: &str = r#"The first line on standard output is one JSON object {"hst":{…},"youme":{…},"avd":{…}}; each member is a complete
client configuration. The world is seeded afresh at each start: rooms 12345123456 (quiet) and 98765432100 (everything
running) on avd, an application with users on hst, calls of 2019-12-10 and of the last seven days on youme.

Examples:
  meetgate-sandbox
      listen on a free loopback port
  meetgate-sandbox --listen 8800 --verbose
      a fixed port, each request logged on standard error without its secrets
  meetgate-sandbox --print avd | head -n 1
      the configuration of one platform, as a meetgate client takes it
  meetgate-sandbox --hst-token-lifetime 5 --avd-token-lifetime 5
      tokens that die every five seconds, to see a client renew them
  meetgate-sandbox --avd-access-key mine --avd-secret-key mine-too
      credentials of your own
  meetgate-sandbox --clock-offset -600
      a server whose clock is ten minutes behind: youme refuses checksums of the right time
  meetgate-sandbox --listen 8800 --console
      a page at http://127.0.0.1:8800/_sandbox/console that shows the worlds and the calls, and plans faults
  meetgate-sandbox --control --faults bad-morning.toml
      bad days from the start, and more of them on request
  meetgate-sandbox --tls --ca-file ca.pem
      HTTPS; then: curl --cacert ca.pem …
  meetgate-sandbox | head -n 1 > sandbox.json
      keep the configurations (the sandbox goes on until it is stopped)

Faults (--faults FILE, POST /_sandbox/faults):
  A file has a [[fault]] table each, the control interface takes the same members as JSON:

    [[fault]]
    operation = "avd.room.create"   # or avd.*, or * for every call
    times = 1                       # how many calls it meets; without, it stays until it is removed
    acted = true                    # the platform acts, and then the answer is lost; false: it never saw the call
    kind = "close"
    when = "in_head"

  kind and its own members:
    latency   ms, jitter_ms          late; acted = false: the platform acts only after the wait
    silence   seconds                nothing is said, then the connection is closed; without seconds until removed
    close     when                   before_head, in_head, after_head or in_body
    length    by                     Content-Length is wrong by so much, then the connection is closed
    drip      bytes, every_ms        the answer comes in drops
    text      body                   HTTP 200 and a page instead of JSON
    http      status, retry_after_s, body
                                     400 to 599, by default with a page as a proxy writes it
    number    code                   the platform's own number, in the operation's own envelope
    refuse    seconds                nobody listens; then the same port again (no operation, no times)
    reset                            connections are accepted and reset at once (no operation)
    drop, duplicate, cut, reorder by
                                     of a message of hst's event gateway: lost, twice, the connection closed
                                     instead, after so many later ones

  Beside times: skip = 3 lets the first three through; percent = 20 meets one in five, and with seed = 7 always the
  same ones.

  An operation's name is its path after the platform's prefix, with dots and underscores: avd.room.mix_record.start,
  avd.uploadfile, hst.online.trans_cmd, hst.app.create (update, delete), hst.access.token, youme.query_room_info;
  avd.attachment and hst.recording for downloads, hst.server.address for the discovery of hst's address.
  hst.gateway.connect is a call too, the one that opens a websocket of the event gateway; hst.gateway.login,
  hst.gateway.user_joined and so on are its messages, which latency, silence, text, number and the four above meet.
  GET /_sandbox/operations lists them all. Latencies add up; of all other faults that fit a call it meets the oldest.
  For silence, close, text, http, number, drop and cut acted is false unless it is given.

Control interface (--control), JSON both ways, on the same port; GET /_sandbox shows all of it:
  curl $URL/_sandbox/faults -d '{"operation":"avd.room.read","times":2,"kind":"http","status":502}'
  curl $URL/_sandbox/exchanges?operation=avd.room.read     what was called; &secrets=1 shows secrets too
  curl $URL/_sandbox/counts                                how many calls of each operation arrived
  curl $URL/_sandbox/counts/acted                          on how many the platform acted
  curl $URL/_sandbox/counts/failed                         how many failed, with which number
  curl $URL/_sandbox/worlds                                rooms, recordings, applications, users, calls
  curl $URL/_sandbox/clock/advance -d '{"seconds":7200}'   two hours later
  curl -X POST $URL/_sandbox/tokens/expire                 all tokens die now
  curl $URL/_sandbox/avd/participants -d '{"room_id":"12345123456","user_id":"77","user_name":"Li"}'
  curl -X PUT $URL/_sandbox/hst/users -d '{"app_id":"8f14e45fceea467a9f36dedd4bea2543","user_id":"u1003","state":1}'
  curl $URL/_sandbox/hst/groups?app_id=8f14e45fceea467a9f36dedd4bea2543     who is in hst's groups, and the version
  curl -X POST $URL/_sandbox/reset                         everything as at start

TLS (--tls): the base URLs are https, and a second line on standard output is one JSON object
  {"tls":{"ca_pem":"…","wrong_host":"https://…","expired":"https://…",
  "client_certificate_pem":"…","client_key_pem":"…"}}
  wrong_host and expired are further ports of the same sandbox, with a certificate for another host, and one that is
  over. Certificates are for 127.0.0.1, localhost and the address that is listened on.

It stops on SIGTERM and on SIGINT (Ctrl-C), with exit code 0."#;
