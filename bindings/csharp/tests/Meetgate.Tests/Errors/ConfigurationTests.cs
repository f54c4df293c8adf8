using System;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Configurations that cannot be right.</summary>
public static class ConfigurationTests
{
    [Fact]
    public static void Whoever_finds_the_mistake_it_is_one_of_the_configuration()
    {
        Refused("the configuration is not JSON", "{");
        Refused("the configuration: expected a JSON object, found an array", "[]");
        Refused("the configuration: expected a JSON object, found null", "null");
        Refused("base_url", "{}");
        Refused("did you mean \"base_url\"?", """{"base_ur":"http://h"}""");
        Refused("expected \"avd\", because this is its client", """{"platform":"hst"}""");
        Refused("expected one of hst, youme, avd", """{"platform":7}""");
        Refused("0x00", "{}\0");
        Refused("token", """{"base_url":"http://h","token":"a\ud83d"}""");
        Refused("not JSON", "{\"base_url\":\"\ud83d\"}");
        Refused("not JSON", """{"base_url":"http://h",}""");
        Assert.Throws<MeetgateInvalidConfigException>(() => new HstClient("""{"dev_id":"d","dev_secret":"short"}"""));
        Assert.Throws<MeetgateInvalidConfigException>(
            () => new YoumeClient(appKey: "k", appSecret: "s", restApiKey: "r", timeoutMs: 0));
        Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(baseUrl: "ftp://h", token: "t"));
        Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(baseUrl: "http://\ud83d", token: "t"));
        Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(baseUrl: "http://h", token: "a\0b"));
    }

    [Fact]
    public static void An_address_where_the_json_belongs_is_advised()
    {
        string message = Assert.Throws<MeetgateInvalidConfigException>(
            () => new HstClient("http://10.0.0.5:28000")).Message;
        Assert.Contains("new HstClient(baseUrl: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_document_of_the_assembly_has_the_members_of_the_librarys()
    {
        MeetgateInvalidConfigException wrong = Refused("hst", """{"platform":"hst"}""");
        MeetgateInvalidConfigException mistyped = Refused("hst", """{"platform":7}""");
        Assert.Equal(WithoutMessage(mistyped), WithoutMessage(wrong));
        Assert.Equal("INVALID_CONFIG", wrong.StatusName);
        Assert.False(wrong.Retryable);
    }

    [Fact]
    public static void A_refused_configuration_shows_no_secret()
    {
        foreach (string config in new[]
        {
            """{"base_url":"http://h","access_key":"a","secret_key":"hunter2","tokn":1}""",
            """{"base_url":"http://h","access_key":"a","secret_key":"hunter2" """,
            """{"base_url":"http://h","access_key":"a","secret_key":"hunter2","platform":"hst"}""",
            """{"base_url":"http://h","access_key":"a","secret_key":["hunter2"]}""",
        })
        {
            MeetgateInvalidConfigException problem = Refused("", config);
            Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", problem.Document, StringComparison.Ordinal);
        }
    }

    private static MeetgateInvalidConfigException Refused(string part, string config)
    {
        var problem = Assert.Throws<MeetgateInvalidConfigException>(() => new AvdClient(config));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        return problem;
    }

    private static string WithoutMessage(MeetgateException problem) => string.Join(
        ",",
        JsonDocument.Parse(problem.Document).RootElement.EnumerateObject()
            .Where(member => member.Name != "message")
            .Select(member => member.ToString()));
}
