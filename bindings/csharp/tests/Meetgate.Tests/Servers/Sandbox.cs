using System;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;

namespace Meetgate.Tests;

/// <summary>A sandbox of one's own, with its freshly seeded world.</summary>
internal sealed class Sandbox : IDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>The application of hst that is online, and its group.</summary>
    internal const string App = "8f14e45fceea467a9f36dedd4bea2543";

    internal const string Group = "g2001";

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

    /// <summary>Plans a fault, which is JSON.</summary>
    internal void Plan(string fault) => Control(HttpMethod.Post, "/_sandbox/faults", fault);

    /// <summary>Somebody joins the group g2001 of hst.</summary>
    internal void Join(string user) => Control(HttpMethod.Post, "/_sandbox/hst/groups/users", InGroup(user).ToJsonString());

    internal void Leave(string user) => Control(HttpMethod.Delete, "/_sandbox/hst/groups/users?" + Query(InGroup(user)));

    /// <summary>A user in the group begins to broadcast.</summary>
    internal void Broadcast(string user, string medium, int type) =>
        Control(HttpMethod.Post, "/_sandbox/hst/groups/media", Medium(user, medium, type).ToJsonString());

    internal void StopBroadcast(string user, string medium, int type) =>
        Control(HttpMethod.Delete, "/_sandbox/hst/groups/media?" + Query(Medium(user, medium, type)));

    /// <summary>How many are connected to the event gateway.</summary>
    internal int EventSessions() => JsonNode.Parse(Control(HttpMethod.Get, "/_sandbox/hst/gateway/sessions"))!.AsArray().Count;

    internal void CutEventSessions() => Control(HttpMethod.Delete, "/_sandbox/hst/gateway/sessions");

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

    private static JsonObject InGroup(string user) => new() { ["app_id"] = App, ["group_id"] = Group, ["user_id"] = user };

    private static JsonObject Medium(string user, string medium, int type)
    {
        JsonObject members = InGroup(user);
        members["media_id"] = medium;
        members["media_type"] = type;
        return members;
    }

    private static string Query(JsonObject members) => string.Join("&", members.Select(member => member.Key + "=" + member.Value));

    private string Control(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, Url + path);
        if (json != null)
        {
            request.Content = new StringContent(json);
        }
        using HttpResponseMessage answer = Http.Send(request);
        return new System.IO.StreamReader(answer.EnsureSuccessStatusCode().Content.ReadAsStream()).ReadToEnd();
    }
}
