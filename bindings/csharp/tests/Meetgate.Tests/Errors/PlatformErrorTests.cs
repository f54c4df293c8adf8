using System;
using System.Collections.Generic;
using System.Text.Json;
using Xunit;

namespace Meetgate.Tests;

/// <summary>A platform's own numbers, and what their exceptions say.</summary>
public static class PlatformErrorTests
{
    [Fact]
    public static void A_platforms_number_comes_with_all_that_is_known_of_it()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        var problem = Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read(roomId: "40400000000"));
        Assert.Equal(MeetgateStatus.Api, problem.Status);
        Assert.Equal("API", problem.StatusName);
        Assert.Equal(40004, problem.Code);
        Assert.Equal("not_found", problem.ErrorClass);
        Assert.Equal("no such room", problem.Meaning);
        Assert.Equal("房间号不存在", problem.MeaningZh);
        Assert.Equal("no such room", problem.PlatformMessage);
        Assert.Equal(200, problem.HttpStatus);
        Assert.Equal("avd", problem.Platform);
        Assert.Equal("room.read", problem.Operation);
        Assert.Equal(1, problem.Attempts);
        Assert.False(problem.Retryable);
        Assert.Null(problem.RequestId);
        Assert.Null(problem.ClockOffset);
        Assert.Null(problem.ReplyText);
        Assert.Null(problem.Location);
        Assert.Null(problem.RetryAfter);
        Assert.Null(problem.InnerException);
        Assert.Equal(40004, problem.Reply!.Value.GetProperty("ret").GetInt64());
        Assert.Equal("avd.room.read: avd answered 40004: no such room", problem.Message);
        Assert.Contains("\"status\":\"API\"", problem.Document, StringComparison.Ordinal);

        var conflict = Assert.Throws<MeetgateConflictException>(
            () => avd.Room.Create(userId: "16", roomId: "12345123456"));
        Assert.IsAssignableFrom<MeetgateApiException>(conflict);
    }

    [Fact]
    public static void Every_kind_of_number_has_its_class()
    {
        Assert.Throws<MeetgateBadRequestException>(() => Answered(40002));
        Assert.Throws<MeetgateForbiddenException>(() => Answered(40053));
        Assert.Throws<MeetgateUnsupportedException>(() => Answered(40036));
        Assert.Throws<MeetgateServerException>(() => Answered(41005));
        Assert.Throws<MeetgateAuthException>(() => Answered(40001));
        var busy = Assert.Throws<MeetgatePlatformBusyException>(() => Answered(41003));
        Assert.True(busy.Retryable);
        var unknown = Assert.Throws<MeetgateApiException>(() => Answered(9007199254740993));
        Assert.Equal(9007199254740993, unknown.Code);
        Assert.Null(unknown.Meaning);
        Assert.Null(unknown.ErrorClass);
    }

    [Fact]
    public static void The_documents_class_chooses_the_exceptions()
    {
        // Each class that the catalog has for a number, as the library writes it.
        using JsonDocument catalog = JsonDocument.Parse(MeetgateClient.ReadCatalog());
        HashSet<string> classes = [];
        foreach (JsonProperty platform in catalog.RootElement.GetProperty("errors").EnumerateObject())
        {
            foreach (JsonElement number in platform.Value.EnumerateArray())
            {
                classes.Add(number.GetProperty("class").GetString()!);
            }
        }
        classes.Remove("auth");
        classes.Remove("token_dead");
        Assert.True(classes.Count >= 7);
        Assert.All(classes, name =>
        {
            MeetgateException problem = MeetgateException.FromDocument($$"""{"status":"API","class":"{{name}}"}""");
            Assert.IsAssignableFrom<MeetgateApiException>(problem);
            Assert.NotEqual(typeof(MeetgateApiException), problem.GetType());
            Assert.Equal(name, problem.ErrorClass);
        });
        Assert.IsType<MeetgateTokenDeadException>(
            MeetgateException.FromDocument("""{"status":"AUTH","class":"token_dead"}"""));
        Assert.IsType<MeetgateAuthException>(MeetgateException.FromDocument("""{"status":"AUTH"}"""));
        // A class of a newer library, and a number that has another meaning here and no class.
        Assert.IsType<MeetgateApiException>(MeetgateException.FromDocument("""{"status":"API","class":"new"}"""));
        Assert.IsType<MeetgateApiException>(MeetgateException.FromDocument("""{"status":"API","code":40003}"""));
    }

    [Fact]
    public static void A_number_that_a_fresh_token_did_not_cure_has_no_class()
    {
        using var server = new Scripted(request => request.Has("get_token")
            ? """{"ret":0,"token":"t"}"""
            : """{"ret":40003,"msg":"no such room_id"}""");
        using var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s");
        var problem = Assert.Throws<MeetgateApiException>(() => avd.Room.Read(roomId: "1"));
        Assert.Equal(40003, problem.Code);
        Assert.Null(problem.ErrorClass);
    }

    [Fact]
    public static void Wrong_keys_are_an_authentication_failure()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(baseUrl: sandbox.Url, accessKey: "meetgate-sandbox", secretKey: "wrong-secret");
        var problem = Assert.Throws<MeetgateAuthException>(() => avd.Room.List());
        Assert.Equal("AUTH", problem.StatusName);
        Assert.DoesNotContain("wrong-secret", problem.Document, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public static void A_dead_token_is_renewed_once()
    {
        int issued = 0;
        using var server = new Scripted(request => request.Has("get_token")
            ? $$"""{"ret":0,"token":"token-{{++issued}}"}"""
            : request.Has("token-2") ? """{"ret":0,"msg":"success","rooms":[]}""" : """{"ret":40003,"msg":"dead"}""");
        using var avd = new AvdClient(baseUrl: server.Url, accessKey: "a", secretKey: "s");
        Assert.Empty(avd.Room.List().Rooms);
        Assert.Equal(2, server.Count("get_token"));
    }

    [Fact]
    public static void A_token_that_stays_dead_is_said_so()
    {
        using var server = new Scripted(request => request.Has("access/token")
            ? """{"code":0,"msg":"OK","result":{"access_token":"t","timeout":7200}}"""
            : """{"code":606000001,"msg":"access_token timed out"}""");
        using var hst = new HstClient(devId: "d", devSecret: "0123456789abcdef", baseUrl: server.Url);
        var problem = Assert.Throws<MeetgateTokenDeadException>(() => hst.Kickout(appId: "a", userId: "u"));
        Assert.IsAssignableFrom<MeetgateAuthException>(problem);
        Assert.Equal(MeetgateStatus.Auth, problem.Status);
        Assert.Equal(606000001, problem.Code);
    }

    [Fact]
    public static void Youme_tells_its_request_id()
    {
        using var server = new Scripted("""{"Status":"FAIL","ErrorCode":7,"ErrorInfo":"坏了"}""");
        using var youme = new YoumeClient(appKey: "k", appSecret: "s", restApiKey: "r", baseUrl: server.Url);
        var problem = Assert.Throws<MeetgateApiException>(() => youme.CountQosByDay(queryDate: "20191210"));
        Assert.Equal(7, problem.Code);
        Assert.Equal("坏了", problem.PlatformMessage);
        Assert.False(string.IsNullOrEmpty(problem.RequestId));
        Assert.Contains("request id " + problem.RequestId, problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public static void Odd_characters_of_a_platforms_words_cost_nothing()
    {
        // Legal JSON, and the XML reader of before failed on each.
        foreach (string words in new[] { "a\uffff", "\\uffff", "\\u0001", "\\ud83d", "&#x0;<![CDATA[" })
        {
            string answer = $$"""{"ret":40004,"msg":"{{words}}","__type":"x:y"}""";
            var problem = Assert.Throws<MeetgateNotFoundException>(() => Answered(answer));
            Assert.Equal(40004, problem.Code);
            Assert.Equal("avd.room.list", problem.Platform + "." + problem.Operation);
            Assert.Equal(MeetgateStatus.Api, problem.Status);
            Assert.NotNull(problem.PlatformMessage);
            Assert.NotNull(problem.Reply);
            Assert.NotEmpty(problem.ToString());
        }
    }

    private static void Answered(long number) => Answered($$"""{"ret":{{number}},"msg":"m"}""");

    private static void Answered(string answer)
    {
        using var server = new Scripted(answer);
        using AvdClient avd = server.Avd();
        avd.Room.List();
    }
}
