using System;
using System.Diagnostics;
using System.Net.Http;
using System.Text.Json.Nodes;

namespace Meetgate.Tests;

/// <summary>A sandbox of one's own, with its freshly seeded world.</summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    private readonly Process process;

    internal Sandbox(string options = "")
    {
        process = Process.Start(new ProcessStartInfo(Surroundings.SandboxProgram, "--listen 127.0.0.1:0 " + options)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        JsonNode configurations = JsonNode.Parse(process.StandardOutput.ReadLine()!)!;
        Hst = configurations["hst"]!.ToJsonString();
        Youme = configurations["youme"]!.ToJsonString();
        Avd = configurations["avd"]!.ToJsonString();
        Secrecy.Hide(Key(Hst, "dev_secret"));
        Secrecy.Hide(Key(Youme, "app_secret"));
        Secrecy.Hide(Key(Youme, "rest_api_key"));
        Secrecy.Hide(Key(Avd, "secret_key"));
    }

    internal string Hst { get; }

    internal string Youme { get; }

    internal string Avd { get; }

    internal string Url => Key(Avd, "base_url");

    internal static string Key(string configuration, string name) =>
        JsonNode.Parse(configuration)![name]!.GetValue<string>();

    /// <summary>
    /// How many calls of an operation arrived. Like what follows, it needs the option <c>--control</c>.
    /// </summary>
    internal long Count(string operation) =>
        JsonNode.Parse(Control(HttpMethod.Get, "/_sandbox/counts"))![operation]?.GetValue<long>() ?? 0;

    /// <summary>All tokens die now.</summary>
    internal void ExpireTokens() => Control(HttpMethod.Post, "/_sandbox/tokens/expire");

    internal string For(string operation) => operation.Split('.')[0] switch
    {
        "hst" => Hst,
        "youme" => Youme,
        _ => Avd,
    };

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private string Control(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, Url + path);
        using HttpResponseMessage answer = Http.Send(request);
        return new System.IO.StreamReader(answer.EnsureSuccessStatusCode().Content.ReadAsStream()).ReadToEnd();
    }
}
