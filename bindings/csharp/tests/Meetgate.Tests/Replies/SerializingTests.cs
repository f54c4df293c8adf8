using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Answers, printed and serialized: the JSON that came, but for what is secret.</summary>
public static class SerializingTests
{
    private const string Secretive =
        """{"ret":0,"token":"t-secret","data":{"app_secret":"s-secret","push_url":["u",{"a":"secret"}],"n":1.50}}""";

    private const string Masked = """{"ret":0,"token":"***","data":{"app_secret":"***","push_url":"***","n":1.50}}""";

    [Fact]
    public static void A_typed_answer_is_written_as_the_json_that_came()
    {
        const string Text =
            """{ "ret":0,"rooms":[ {"room_id":"周\u5468","create_time":"1638324000","n":0.10} ],"new":1e400}""";
        var reply = new AvdRoomListReply(Text);
        Assert.Equal(Text, JsonSerializer.Serialize(reply));
        Assert.Equal(Text, JsonSerializer.Serialize<Reply>(reply));
        Assert.Equal(Text, JsonSerializer.Serialize<object>(reply));
        Assert.Equal($"[{Text}]", JsonSerializer.Serialize(new[] { reply }));
        Assert.Equal(
            $$"""{"answer":{{Text}}}""",
            JsonSerializer.Serialize(new Dictionary<string, AvdReply> { ["answer"] = reply }));
        Assert.Equal(
            """{"room_id":"周\u5468","create_time":"1638324000","n":0.10}""", JsonSerializer.Serialize(reply.Rooms[0]));
        Assert.Equal(Text, reply.ToString());
    }

    [Fact]
    public static void Every_reply_class_has_the_converter()
    {
        Type[] classes = [.. typeof(Reply).Assembly.GetExportedTypes()
            .Where(type => typeof(ReplyMembers).IsAssignableFrom(type) && !type.IsAbstract)];
        Assert.True(classes.Length > 80, $"{classes.Length} classes");
        Assert.All(classes, type =>
        {
            ConstructorInfo? fromText = type.GetConstructor([typeof(string)]);
            object made = fromText != null
                ? fromText.Invoke(["{\"a\":1,\"token\":\"x\"}"])
                : type.GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance).Single()
                    .Invoke([JsonDocument.Parse("{\"a\":1,\"token\":\"x\"}").RootElement, new ReplyPath(null)]);
            string expected = type == typeof(ClientInfo) ? "{\"a\":1,\"token\":\"x\"}" : "{\"a\":1,\"token\":\"***\"}";
            Assert.Equal(expected, JsonSerializer.Serialize(made, type));
            Assert.Equal(expected, made.ToString());
        });
    }

    [Fact]
    public static void A_serializer_that_the_compiler_made_writes_the_same()
    {
        var reply = new AvdAppGetTokenReply("""{"ret":0,"token":"hunter2","n":1.50}""");
        Assert.Equal(
            """{"ret":0,"token":"***","n":1.50}""",
            JsonSerializer.Serialize(reply, Compiled.Default.AvdAppGetTokenReply));
        string options = JsonSerializer.Serialize(
            new AvdClientOptions { SecretKey = "hunter2", TokenStore = new TokenStore { Redis = "hunter2" } },
            Compiled.Default.AvdClientOptions);
        Assert.DoesNotContain("hunter2", options, StringComparison.Ordinal);
        // In a program of a user's it sees what is public, and no more.
        Type[] converters = [.. typeof(Reply).Assembly.GetTypes()
            .SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance).Append(type))
            .Select(member => member.GetCustomAttribute<JsonConverterAttribute>()?.ConverterType)
            .OfType<Type>()];
        Assert.True(converters.Length > 80);
        Assert.All(
            converters,
            converter => Assert.True(converter.IsVisible && converter.GetConstructor([]) is { IsPublic: true }));
    }

    [Fact]
    public static void Secrets_are_masked_wherever_they_stand()
    {
        var reply = new AvdReply(Secretive);
        Assert.Equal(Masked, reply.ToString());
        Assert.Equal(Masked, JsonSerializer.Serialize(reply));
        Assert.Equal(Secretive, reply.RawText);
        Assert.Equal("t-secret", reply.Json.GetProperty("token").GetString());
        // What is null hides nothing, an escaped name is a name, and a name is no value.
        Assert.Equal("""{"token":null,"a":"token"}""", new Reply("""{"token":null,"a":"token"}""").ToString());
        Assert.Equal("""{"t\u006fken":"***"}""", new Reply("""{"t\u006fken":"x"}""").ToString());
        Assert.Equal(
            """[{"token":"***"},["token","y"]]""", new Reply("""[{"token":{"a":1}},["token","y"]]""").ToString());
    }

    [Theory]
    [InlineData(typeof(AvdAppGetTokenReply), "Token", """{"token":"hunter2"}""")]
    [InlineData(typeof(HstAccessTokenReply), "AccessToken", """{"code":0,"result":{"access_token":"hunter2"}}""")]
    [InlineData(typeof(HstAppCreateReply), "AppSecret", """{"code":0,"result":{"app_secret":"hunter2"}}""")]
    [InlineData(typeof(HstUserTokenReply), "UserToken", """{"user_token":"hunter2"}""")]
    [InlineData(typeof(YoumeUserTokenReply), "UserToken", """{"user_token":"hunter2"}""")]
    [InlineData(typeof(YoumeChecksumReply), "Checksum", """{"checksum":"hunter2"}""")]
    public static void A_secret_is_shown_only_where_it_is_asked_for(Type type, string property, string json)
    {
        object reply = Activator.CreateInstance(type, json)!;
        Assert.Equal("hunter2", type.GetProperty(property)!.GetValue(reply));
        Assert.DoesNotContain("hunter2", reply.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", JsonSerializer.Serialize(reply, type), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Debugged(reply), StringComparison.Ordinal);
    }

    [Fact]
    public static void What_is_no_json_is_shown_as_nothing()
    {
        var reply = new Reply("token=hunter2");
        Assert.DoesNotContain("hunter2", reply.ToString(), StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => JsonSerializer.Serialize(reply));
        Assert.Throws<MeetgateProtocolException>(() => reply.Json);
        Assert.Equal("token=hunter2", reply.RawText);
    }

    [Fact]
    public static void A_reply_is_not_made_by_a_serializer()
    {
        var problem = Assert.Throws<NotSupportedException>(() => JsonSerializer.Deserialize<AvdRoomListReply>("{}"));
        Assert.Contains("constructor", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void The_answer_in_an_exception_and_what_is_known_of_a_client_are_json_too()
    {
        using var server = new Scripted("""{"ret":40004,"msg":"no","token":"hunter2"}""");
        using AvdClient avd = server.Avd();
        JsonElement? reply = Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1")).Reply;
        string written = JsonSerializer.Serialize(reply);
        Assert.Contains("\"token\":\"***\"", written, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", written, StringComparison.Ordinal);
        ClientInfo info = avd.Info();
        Assert.Equal(info.RawText, JsonSerializer.Serialize(info));
        Assert.Equal(info.RawText, info.ToString());
        Assert.Contains("\"source\":\"fixed\"", info.RawText, StringComparison.Ordinal);
    }

    [Fact]
    public static void Parameters_that_are_secret_are_hidden_in_their_text()
    {
        var video = new AvdVideo { VideoName = "向\"", X = 0, W = 0.50m };
        Assert.Equal("""{"video_name":"向\"","x":0,"w":0.50}""", video.ToString());
        Assert.DoesNotContain(
            "hunter2", new TokenStore { Redis = "redis://user:hunter2@h" }.ToString(), StringComparison.Ordinal);
        // What cannot be written says so, and throws nothing.
        Assert.Contains("surrogate", new AvdVideo { VideoName = "\ud83d" }.ToString(), StringComparison.Ordinal);
    }

    /// <summary>What a debugger's window shows: the display, and every property that it may look at.</summary>
    private static string Debugged(object value) => value.ToString() + string.Concat(value.GetType().GetProperties()
        .Where(one => one.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State != DebuggerBrowsableState.Never)
        .Where(property => property.GetIndexParameters().Length == 0)
        .Select(property => property.GetValue(value)?.ToString()));
}

/// <summary>As programs have it that are compiled ahead of time.</summary>
[JsonSerializable(typeof(AvdAppGetTokenReply))]
[JsonSerializable(typeof(AvdClientOptions))]
internal sealed partial class Compiled : JsonSerializerContext
{
}
