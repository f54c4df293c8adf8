using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Meetgate.Tests
{
    /// <summary>A sandbox of one's own, with its freshly seeded world.</summary>
    internal sealed class Sandbox : IDisposable
    {
        private readonly Process process;

        internal Sandbox(string options = "")
        {
            string program = Environment.GetEnvironmentVariable("MEETGATE_SANDBOX");
            if (string.IsNullOrEmpty(program))
            {
                throw new Exception("MEETGATE_SANDBOX must name the sandbox program");
            }
            process = Process.Start(new ProcessStartInfo(program, "--listen 127.0.0.1:0 " + options)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                CreateNoWindow = true,
            });
            JsonValue configurations = JsonValue.Parse(process.StandardOutput.ReadLine());
            Hst = configurations["hst"].ToString();
            Youme = configurations["youme"].ToString();
            Avd = configurations["avd"].ToString();
        }

        internal string Hst { get; }

        internal string Youme { get; }

        internal string Avd { get; }

        /// <summary>How many calls of an operation arrived. Like what follows, it needs the option <c>--control</c>.</summary>
        internal long Count(string operation)
        {
            JsonValue count = JsonValue.Parse(Control("GET", "/_sandbox/counts"))[operation];
            return count == null ? 0 : count.AsInteger().Value;
        }

        /// <summary>All tokens die now.</summary>
        internal void ExpireTokens() => Control("POST", "/_sandbox/tokens/expire");

        private string Control(string method, string path)
        {
            using (var client = new WebClient())
            {
                string url = JsonValue.Parse(Avd)["base_url"].AsText() + path;
                return method == "GET" ? client.DownloadString(url) : client.UploadString(url, method, "");
            }
        }

        internal string For(string operation)
        {
            return operation.StartsWith("hst.") ? Hst : operation.StartsWith("youme.") ? Youme : Avd;
        }

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    /// <summary>An HTTP server that answers every request as it is told to.</summary>
    internal sealed class Scripted : IDisposable
    {
        /// <summary>Said in place of an answer: take the request, and never answer.</summary>
        internal const string Silence = "silence";

        private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
        private readonly Func<string, string> script;
        private readonly List<string> requests = new List<string>();
        private readonly List<TcpClient> connections = new List<TcpClient>();

        /// <param name="script">
        /// From the request's first line to the answer: a body, which goes with HTTP 200, or a status, a line feed and a body. Headers
        /// follow the status, each after a semicolon: <c>302 Found; Location: /login</c>.
        /// </param>
        internal Scripted(Func<string, string> script)
        {
            this.script = script;
            listener.Start();
            new Thread(Accept) { IsBackground = true }.Start();
        }

        internal string Url => "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;

        internal int Count(string part)
        {
            lock (requests)
            {
                return requests.FindAll(request => request.Contains(part)).Count;
            }
        }

        internal AvdClient Avd() => new AvdClient(baseUrl: Url, token: "a-fixed-token");

        public void Dispose()
        {
            listener.Stop();
            lock (requests)
            {
                connections.ForEach(connection => connection.Close());
            }
        }

        private void Accept()
        {
            try
            {
                while (true)
                {
                    TcpClient connection = listener.AcceptTcpClient();
                    lock (requests)
                    {
                        connections.Add(connection);
                    }
                    new Thread(() => Serve(connection)) { IsBackground = true }.Start();
                }
            }
            catch (Exception problem) when (problem is SocketException || problem is ObjectDisposedException || problem is InvalidOperationException)
            {
                // The end.
            }
        }

        private void Serve(TcpClient connection)
        {
            try
            {
                Stream stream = connection.GetStream();
                string line;
                while ((line = ReadRequest(stream)) != null)
                {
                    lock (requests)
                    {
                        requests.Add(line);
                    }
                    string answer = script(line);
                    if (answer == Silence)
                    {
                        return;
                    }
                    int split = answer.IndexOf('\n');
                    string status = split < 0 ? "200 OK" : answer.Substring(0, split).Replace("; ", "\r\n");
                    byte[] body = Encoding.UTF8.GetBytes(answer.Substring(split + 1));
                    byte[] head = Encoding.ASCII.GetBytes(
                        "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.Length + "\r\n\r\n");
                    stream.Write(head, 0, head.Length);
                    stream.Write(body, 0, body.Length);
                    stream.Flush();
                }
            }
            catch (Exception problem) when (problem is IOException || problem is ObjectDisposedException || problem is InvalidOperationException)
            {
                // The client has gone.
            }
        }

        /// <summary>The request's first line, its head and body taken off the stream; null at the end.</summary>
        private static string ReadRequest(Stream stream)
        {
            var head = new StringBuilder();
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                int next = stream.ReadByte();
                if (next < 0)
                {
                    return null;
                }
                head.Append((char)next);
            }
            int length = 0;
            string[] lines = head.ToString().Split(new[] { "\r\n" }, StringSplitOptions.RemoveEmptyEntries);
            foreach (string line in lines)
            {
                if (line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
                {
                    length = int.Parse(line.Substring(15));
                }
            }
            for (int i = 0; i < length; i++)
            {
                stream.ReadByte();
            }
            return lines[0];
        }
    }
}
