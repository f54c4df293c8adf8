using System;
using System.Linq;
using System.Reflection;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Exceptions as .NET has them: made by hand, shown, and turned into text.</summary>
public static class ExceptionTests
{
    private static readonly Type[] Classes = [.. typeof(MeetgateException).Assembly.GetExportedTypes()
        .Where(typeof(MeetgateException).IsAssignableFrom)];

    [Fact]
    public static void Every_exception_has_the_standard_constructors()
    {
        Assert.True(Classes.Length > 20);
        var inner = new TimeoutException("inside");
        Assert.All(Classes, type =>
        {
            Assert.NotEmpty(((Exception)Activator.CreateInstance(type)!).Message);
            var second = (MeetgateException)Activator.CreateInstance(type, "words")!;
            Assert.Equal("words", second.Message);
            Assert.Null(second.InnerException);
            Assert.Null(second.Operation);
            var third = (MeetgateException)Activator.CreateInstance(type, "words", inner)!;
            Assert.Equal("words", third.Message);
            Assert.Same(inner, third.InnerException);
            Assert.Contains("inside", third.ToString(), StringComparison.Ordinal);
            // What a program decides by is there in those that it makes itself.
            Assert.Equal(third.StatusName, second.StatusName);
            if (type != typeof(MeetgateException))
            {
                Assert.Equal(type, MeetgateException.FromDocument(third.Document).GetType());
            }
        });
    }

    [Fact]
    public static void The_word_of_every_status_is_the_librarys()
    {
        MeetgateStatus[] all = Enum.GetValues<MeetgateStatus>();
        Assert.True(all.Length > 15);
        foreach (MeetgateStatus status in all.Append((MeetgateStatus)99).Append((MeetgateStatus)(-1)))
        {
            Assert.Equal(NameOf((int)status), new ErrorDocument(status, "{}").StatusName);
        }
    }

    [Fact]
    public static void A_status_of_a_newer_library_is_an_exception_too()
    {
        MeetgateException problem = MeetgateException.From(
            new ErrorDocument((MeetgateStatus)99, """{"status":"NEW","message":"m"}"""));
        Assert.Equal(typeof(MeetgateException), problem.GetType());
        Assert.Equal("UNKNOWN", problem.StatusName);
        Assert.Equal("m", problem.Message);
    }

    [Fact]
    public static void An_exception_is_made_from_a_document()
    {
        MeetgateException problem = MeetgateException.FromDocument(
            """
            {"status":"API","message":"avd answered 41003: busy","platform":"avd","operation":"room.mix_record.start",
             "code":41003,"class":"busy","meaning":"busy","meaning_zh":"忙","platform_message":"try later",
             "http_status":200,"request_id":"r-7","clock_offset_s":-3,"attempts":2,"retryable":true,
             "retry_after_ms":1500,"reply":{"ret":41003,"token":"***"},"location":"l"}
            """);
        Assert.IsType<MeetgatePlatformBusyException>(problem);
        Assert.Equal("avd.room.mix_record.start: avd answered 41003: busy", problem.Message);
        Assert.Equal(41003, problem.Code);
        Assert.Equal("忙", problem.MeaningZh);
        Assert.Equal("r-7", problem.RequestId);
        Assert.Equal(TimeSpan.FromSeconds(-3), problem.ClockOffset);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), problem.RetryAfter);
        Assert.Equal(2, problem.Attempts);
        Assert.True(problem.Retryable);
        Assert.Equal("l", problem.Location);
        Assert.Equal(41003, problem.Reply!.Value.GetProperty("ret").GetInt32());
        Assert.Equal(problem.Message, MeetgateException.FromDocument(problem.Document).Message);
    }

    [Fact]
    public static void An_odd_document_makes_an_exception_that_can_be_read()
    {
        MeetgateException problem = MeetgateException.FromDocument(
            """
            {"status":"API","message":"half \ud83d","platform":7,"operation":"\ud83d","code":1e400,"class":[],
             "meaning":{},"reply":"x","http_status":true,"attempts":"2","retryable":"yes",
             "retry_after_ms":9223372036854775807,
             "clock_offset_s":-9223372036854775808}
            """);
        foreach (System.Reflection.PropertyInfo property in problem.GetType().GetProperties())
        {
            property.GetValue(problem);
        }
        Assert.Contains("half \\ud83d", problem.Message, StringComparison.Ordinal);
        Assert.Null(problem.Code);
        Assert.Null(problem.ErrorClass);
        Assert.False(problem.Retryable);
        Assert.InRange(problem.RetryAfter!.Value, TimeSpan.FromDays(10_000_000), TimeSpan.MaxValue);
        Assert.InRange(problem.ClockOffset!.Value, TimeSpan.MinValue, TimeSpan.FromDays(-10_000_000));
        Assert.NotEmpty(problem.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\ud83d")]
    [InlineData("""{"status":"OK"}""")]
    [InlineData("""{"status":"NONE"}""")]
    [InlineData("""{"status":"UNKNOWN"}""")]
    [InlineData("""{"status":3}""")]
    public static void What_is_no_document_makes_no_exception(string json)
    {
        var problem = Assert.Throws<ArgumentException>(() => MeetgateException.FromDocument(json));
        Assert.Equal("json", problem.ParamName);
    }

    [Fact]
    public static void A_text_of_an_exception_says_what_to_quote()
    {
        using var server = new Scripted("""{"ret":40004,"msg":"no such room"}""");
        using AvdClient avd = server.Avd();
        var problem = Assert.Throws<MeetgateNotFoundException>(() => avd.Room.Read("1"));
        string text = problem.ToString();
        foreach (string part in new[]
        {
            "Meetgate.MeetgateNotFoundException: avd.room.read: avd answered 40004: no such room",
            "status API", "operation avd.room.read", "code 40004", "http status 200", "attempts 1",
            "   at Meetgate.Tests.ExceptionTests.",
        })
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("request id", text, StringComparison.Ordinal);
    }

    [Fact]
    public static void Every_message_names_its_operation_once()
    {
        string[] answers =
            ["404 Not Found\n", """{"ret":40004,"msg":"avd.room.list"}""", "[1,", Scripted.Silence];
        foreach (string answer in answers)
        {
            using var server = new Scripted(answer);
            using AvdClient avd = server.Avd();
            var problem = Assert.ThrowsAny<MeetgateException>(
                () => avd.Room.List(new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) }));
            Assert.Contains("avd.room.list", problem.Message, StringComparison.Ordinal);
            Assert.Equal("avd", problem.Platform);
            Assert.Equal("room.list", problem.Operation);
        }
    }

    [Fact]
    public static void A_catch_of_the_base_class_catches_all()
    {
        Assert.All(Classes, type => Assert.True(type.IsAssignableTo(typeof(MeetgateException))));
        Assert.False(typeof(MeetgateApiException).IsSealed);
        Assert.False(typeof(MeetgateAuthException).IsSealed);
        Assert.All(
            Classes.Where(type => type.BaseType == typeof(MeetgateApiException)),
            type => Assert.Equal(MeetgateStatus.Api, ((MeetgateException)Activator.CreateInstance(type)!).Status));
        Assert.All(Classes, type => Assert.Empty(type.GetFields(BindingFlags.Public | BindingFlags.Instance)));
    }

    private static unsafe string NameOf(int status)
    {
        CLibrary.Load();
        return Utf8.Copy(NativeMethods.meetgate_status_name(status))!;
    }
}
