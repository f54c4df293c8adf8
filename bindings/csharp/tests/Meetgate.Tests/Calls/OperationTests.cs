using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using Xunit;

namespace Meetgate.Tests;

/// <summary>The worked example of an operation.</summary>
/// <param name="Operation">Its whole name.</param>
/// <param name="Parameters">As JSON.</param>
/// <param name="Reply">The documented answer.</param>
internal sealed record Example(string Operation, string Parameters, string Reply)
{
    public override string ToString() => Operation;
}

/// <summary>Each operation of the catalog, in each way that C# has to call it, against a sandbox of its own.</summary>
public static class OperationTests
{
    private static readonly string Token = Examples.All.First(example => example.Operation == "hst.access.token").Reply;

    public static TheoryData<string> Operations => [.. Examples.All.Select(example => example.Operation)];

    [Theory]
    [MemberData(nameof(Operations))]
    public static void Every_example_succeeds_through_its_own_method(string operation) => Try(operation, ByName.Call);

    [Theory]
    [MemberData(nameof(Operations))]
    public static void Every_example_succeeds_through_its_asynchronous_twin(string operation) =>
        Try(operation, ByName.CallAsync);

    [Theory]
    [MemberData(nameof(Operations))]
    public static void Every_example_succeeds_by_name(string operation) => Try(operation, (client, name, parameters) =>
    {
        Reply reply = client.Call(name, parameters);
        Assert.Equal(typeof(Reply), reply.GetType());
        return reply;
    });

    [Fact]
    public static void The_catalog_and_the_examples_have_the_same_operations()
    {
        using JsonDocument catalog = JsonDocument.Parse(MeetgateClient.ReadCatalog());
        Assert.Equal(Examples.All.Length, catalog.RootElement.GetProperty("operations").GetArrayLength());
        Assert.StartsWith("0.", MeetgateClient.LibraryVersion, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_request_object_sends_what_the_flat_method_sends()
    {
        int seen = 0;
        foreach (Example example in Examples.All)
        {
            string[] sent = new[] { ByName.Call, ByName.Request, ByName.RequestAsync }.Select(call =>
            {
                using var server = new Scripted(request => request.Has("/access/token") ? Token : example.Reply);
                using MeetgateClient client = ByName.Client(example.Operation, At(server, example.Operation));
                return call(client, example.Operation, example.Parameters) == null ? "" : Shown(server.Requests[^1]);
            }).ToArray();
            if (sent[1].Length > 0)
            {
                seen++;
                Assert.Equal(sent[0], sent[1]);
                Assert.Equal(sent[0], sent[2]);
            }
        }
        Assert.True(seen >= 5, $"{seen} operations have a request class");
    }

    [Fact]
    public static void Typed_members_show_what_the_documented_answers_hold()
    {
        int seen = 0;
        foreach (Example example in Examples.All)
        {
            using var server = new Scripted(request => request.Has("/access/token") ? Token : example.Reply);
            using MeetgateClient client = ByName.Client(example.Operation, At(server, example.Operation));
            Reply reply = ByName.Call(client, example.Operation, example.Parameters);
            Assert.Equal(example.Reply, reply.RawText);
            JsonElement result = reply.Json.TryGetProperty("result", out JsonElement inside) ? inside : reply.Json;
            if (result.ValueKind == JsonValueKind.Object)
            {
                seen += Compare(reply, result, example.Operation);
            }
        }
        Assert.True(seen > 250, $"{seen} typed members were compared");
    }

    private static void Try(string operation, Func<MeetgateClient, string, string, Reply> call)
    {
        Example example = Examples.All.Single(known => known.Operation == operation);
        using var sandbox = new Sandbox();
        using MeetgateClient client = ByName.Client(operation, sandbox.For(operation));
        Reply reply = call(client, operation, example.Parameters);
        Assert.StartsWith("{", reply.RawText, StringComparison.Ordinal);
        ReadAll(reply);
    }

    private static string Shown(Request request) =>
        request.Line + "\n" + System.Text.Encoding.UTF8.GetString(request.Body);

    private static string At(Scripted server, string operation)
    {
        string keys = operation.Split('.')[0] switch
        {
            "hst" => "\"dev_id\":\"d\",\"dev_secret\":\"0123456789abcdef\",\"validate\":false",
            "youme" => "\"app_key\":\"k\",\"app_secret\":\"s\",\"rest_api_key\":\"r\"",
            _ when operation == "avd.app.get_token" => "\"access_key\":\"a\",\"secret_key\":\"s\"",
            _ => "\"token\":\"t\"",
        };
        return $"{{\"base_url\":\"{server.Url}\",{keys}}}";
    }

    /// <summary>Reads every property, inwards: none may throw.</summary>
    private static void ReadAll(ReplyMembers reply)
    {
        foreach (PropertyInfo property in Properties(reply))
        {
            foreach (ReplyMembers inner in Objects(property.GetValue(reply)))
            {
                ReadAll(inner);
            }
        }
    }

    /// <summary>Each member that the JSON has is in its property, as the same.</summary>
    private static int Compare(ReplyMembers reply, JsonElement json, string path)
    {
        int seen = 0;
        Dictionary<string, PropertyInfo> properties = Properties(reply).ToDictionary(property => property.Name);
        foreach (JsonProperty member in json.EnumerateObject())
        {
            if (properties.TryGetValue(ByName.Pascal(member.Name), out PropertyInfo? property))
            {
                seen++;
                seen += Same(property.GetValue(reply), member.Value, path + "." + member.Name);
            }
        }
        return seen;
    }

    private static int Same(object? value, JsonElement json, string path)
    {
        Assert.True(value != null, path + " is there");
        switch (value)
        {
            case ReplyMembers members:
                return Compare(members, json, path);
            case JsonElement element:
                Assert.Equal(json.GetRawText(), element.GetRawText());
                return 0;
            case IEnumerable list and not string:
                object[] items = list.Cast<object>().ToArray();
                Assert.Equal(json.GetArrayLength(), items.Length);
                return items.Select((item, i) => Same(item, json[i], $"{path}[{i}]")).Sum();
            case DateTimeOffset time:
                Assert.Equal(ByName.Time(Number(json)), time);
                return 0;
            case TimeSpan span:
                Assert.Contains(Number(json), new[] { (long)span.TotalSeconds, (long)span.TotalMilliseconds });
                return 0;
            case Enum word when json.ValueKind == JsonValueKind.String && !long.TryParse(json.GetString(), out _):
                Assert.Equal(
                    json.GetString()!.Replace("_", "", StringComparison.Ordinal), word.ToString(), ignoreCase: true);
                return 0;
            case Enum number:
                Assert.Equal(Number(json), Convert.ToInt64(number, CultureInfo.InvariantCulture));
                return 0;
            case bool flag when json.ValueKind is JsonValueKind.Number:
                Assert.Equal(Number(json) == 1, flag);
                return 0;
            default:
                string text = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                Assert.Equal(json.ToString(), text, ignoreCase: true);
                return 0;
        }
    }

    private static long Number(JsonElement json) => long.Parse(json.ToString(), CultureInfo.InvariantCulture);

    private static IEnumerable<ReplyMembers> Objects(object? value) => value switch
    {
        string => [],
        IEnumerable list => list.OfType<ReplyMembers>(),
        ReplyMembers members => [members],
        _ => [],
    };

    /// <summary>Those of the class itself and of its platform, but not what every reply has.</summary>
    private static IEnumerable<PropertyInfo> Properties(ReplyMembers reply) => reply.GetType()
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.DeclaringType != typeof(Reply) && property.DeclaringType != typeof(ReplyObject)
            && property.DeclaringType != typeof(ReplyMembers) && property.Name != "Json");
}
