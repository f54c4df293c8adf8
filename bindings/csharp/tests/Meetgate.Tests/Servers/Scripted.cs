using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Meetgate.Tests;

/// <summary>A request as it arrived.</summary>
/// <param name="Line">Its first line: method, path and query.</param>
/// <param name="Headers">The lines after it.</param>
/// <param name="Body">What followed the head.</param>
internal sealed record Request(string Line, IReadOnlyList<string> Headers, byte[] Body)
{
    internal bool Has(string part) => Line.Contains(part, StringComparison.Ordinal);

    /// <summary>The value of a header; empty where it was not sent.</summary>
    internal string Header(string name) => Headers.FirstOrDefault(
        header => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } found
        ? found[(name.Length + 1)..].Trim()
        : "";
}

/// <summary>An HTTP server that answers every request as it is told to.</summary>
internal sealed class Scripted : IDisposable
{
    /// <summary>An answer of avd in which there is nothing.</summary>
    internal const string Success = """{"ret":0,"msg":"success"}""";

    /// <summary>Said in place of an answer: take the request, and never answer.</summary>
    internal const string Silence = "silence";

    /// <summary>In a body: what follows it is announced, and not sent.</summary>
    internal const char Stop = '\u0004';

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, string> script;
    private readonly List<Request> requests = [];
    private readonly List<TcpClient> connections = [];

    /// <param name="script">
    /// From the request to the answer: a body, which goes with HTTP 200, or a status, a line feed and a body. Headers
    /// follow the status, each after a semicolon: <c>302 Found; Location: /login</c>. Without a type of its own the body is JSON.
    /// </param>
    internal Scripted(Func<Request, string> script)
    {
        this.script = script;
        listener.Start(128);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>The same answer to all.</summary>
    internal Scripted(string answer)
        : this(_ => answer)
    {
    }

    /// <summary>An answer has come to its <see cref="Stop"/>.</summary>
    internal ManualResetEventSlim Stopped { get; } = new();

    internal string Url => "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;

    internal IReadOnlyList<Request> Requests
    {
        get
        {
            lock (requests)
            {
                return [.. requests];
            }
        }
    }

    /// <summary>How many requests have this in their first lines.</summary>
    internal int Count(string part = "") => Requests.Count(request => request.Has(part));

    /// <summary>Waits until as many requests have arrived.</summary>
    internal void Await(int count)
    {
        lock (requests)
        {
            DateTime end = DateTime.UtcNow + Patience;
            while (requests.Count < count)
            {
                TimeSpan left = end - DateTime.UtcNow;
                if (left <= TimeSpan.Zero || !Monitor.Wait(requests, left))
                {
                    throw new TimeoutException($"{requests.Count} requests have arrived, not {count}");
                }
            }
        }
    }

    /// <summary>Keeps nothing of the requests until now.</summary>
    internal void Forget()
    {
        lock (requests)
        {
            requests.Clear();
        }
    }

    internal AvdClient Avd() => new(baseUrl: Url, token: "a-fixed-token");

    public void Dispose()
    {
        listener.Stop();
        lock (requests)
        {
            connections.ForEach(connection => connection.Close());
        }
    }

    private static bool IsEnd(Exception problem) =>
        problem is IOException or SocketException or InvalidOperationException or NotSupportedException;

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient connection = listener.AcceptTcpClient();
                // Head and body go in two writes.
                connection.NoDelay = true;
                lock (requests)
                {
                    connections.Add(connection);
                }
                new Thread(() => Serve(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception problem) when (IsEnd(problem))
        {
        }
    }

    private void Serve(TcpClient connection)
    {
        try
        {
            var stream = new BufferedStream(connection.GetStream());
            while (Read(stream) is { } request)
            {
                lock (requests)
                {
                    requests.Add(request);
                    Monitor.PulseAll(requests);
                }
                string answer = script(request);
                if (answer == Silence)
                {
                    return;
                }
                int split = answer.IndexOf('\n', StringComparison.Ordinal);
                string status = split < 0 ? "200 OK" : answer[..split].Replace("; ", "\r\n", StringComparison.Ordinal);
                string[] body = answer[(split + 1)..].Split(Stop);
                bool hasType = status.Contains("\r\nContent-Type:", StringComparison.Ordinal);
                string type = hasType ? "" : "Content-Type: application/json\r\n";
                int length = body.Sum(Encoding.UTF8.GetByteCount);
                string head = $"HTTP/1.1 {status}\r\n{type}Content-Length: {length}\r\n\r\n";
                stream.Write(Encoding.ASCII.GetBytes(head));
                stream.Write(Encoding.UTF8.GetBytes(body[0]));
                stream.Flush();
                if (body.Length > 1)
                {
                    Stopped.Set();
                    return;
                }
            }
        }
        catch (Exception problem) when (IsEnd(problem))
        {
            // The client has gone.
        }
    }

    /// <summary>The next request; null at the end.</summary>
    private static Request? Read(Stream stream)
    {
        List<string> head = [];
        while (Line(stream) is { } line)
        {
            if (line.Length > 0)
            {
                head.Add(line);
                continue;
            }
            var request = new Request(head[0], head[1..], []);
            return request with
            {
                Body = request.Header("transfer-encoding") == "chunked"
                    ? Chunks(stream)
                    : Bytes(stream, int.TryParse(request.Header("content-length"), out int length) ? length : 0),
            };
        }
        return null;
    }

    private static byte[] Chunks(Stream stream)
    {
        List<byte> body = [];
        while (Convert.ToInt32(Line(stream), 16) is > 0 and int length)
        {
            body.AddRange(Bytes(stream, length));
            Line(stream);
        }
        Line(stream);
        return [.. body];
    }

    private static byte[] Bytes(Stream stream, int length)
    {
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string? Line(Stream stream)
    {
        var line = new StringBuilder();
        for (int next = stream.ReadByte(); next >= 0; next = stream.ReadByte())
        {
            if (next == '\n')
            {
                return line.ToString();
            }
            if (next != '\r')
            {
                line.Append((char)next);
            }
        }
        return null;
    }
}
