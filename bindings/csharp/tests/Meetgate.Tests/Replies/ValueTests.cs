using System;
using Xunit;

namespace Meetgate.Tests;

/// <summary>Numbers, times, durations and closed sets, as the platforms write them.</summary>
public static class ValueTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("\"42\"", 42L)]
    [InlineData("\" 42 \"", 42L)]
    [InlineData("\"-42\"", -42L)]
    [InlineData("1.0", 1L)]
    [InlineData("12.00e1", 120L)]
    [InlineData("1e3", 1000L)]
    [InlineData("null", null)]
    public static void Whole_numbers(string json, long? expected) => Assert.Equal(expected, Integer(json));

    [Theory]
    [InlineData("1e400")]
    [InlineData("1.5")]
    [InlineData("9223372036854775808")]
    [InlineData("\"9223372036854775808\"")]
    [InlineData("\"\"")]
    [InlineData("\"1.5\"")]
    [InlineData("\"x\"")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public static void What_is_no_whole_number(string json)
    {
        var problem = Assert.Throws<MeetgateProtocolException>(() => Integer(json));
        Assert.Contains("ret: expected a whole number", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.10", "0.10")]
    [InlineData("-0.0", "0.0")]
    [InlineData("1E-5", "0.00001")]
    [InlineData("\"1.20\"", "1.20")]
    [InlineData("\"1e2\"", "100")]
    [InlineData("12345678901234567890.12345", "12345678901234567890.12345")]
    public static void Decimal_numbers(string json, string expected) =>
        Assert.Equal(
            expected, Amount(json)!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture).TrimStart('-'));

    [Theory]
    [InlineData("1e400")]
    [InlineData("\"1,5\"")]
    [InlineData("\"one\"")]
    [InlineData("\"NaN\"")]
    [InlineData("true")]
    [InlineData("{}")]
    public static void What_is_no_decimal_number(string json) =>
        Assert.Throws<MeetgateProtocolException>(() => Amount(json));

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    [InlineData("\"true\"", true)]
    [InlineData("\"False\"", false)]
    [InlineData("\"1\"", true)]
    [InlineData("\"0\"", false)]
    [InlineData("null", null)]
    public static void Booleans_and_flags(string json, bool? expected)
    {
        Assert.Equal(
            expected, new AvdRoomReadReply($$$"""{"data":{"enable_auto_avc":{{{json}}}}}""").Data!.EnableAutoAvc);
        Assert.Equal(expected, new AvdMediaPlayReply($$$"""{"data":{"has_video":{{{json}}}}}""").Data!.HasVideo);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("\"yes\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    public static void What_is_no_boolean(string json)
    {
        AvdRoomReadReply.DataObject data = new AvdRoomReadReply($$$"""{"data":{"enable_auto_avc":{{{json}}}}}""").Data!;
        var problem = Assert.Throws<MeetgateProtocolException>(() => data.EnableAutoAvc);
        Assert.Contains("data.enable_auto_avc: expected a boolean", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void Times_are_read_from_numbers_and_texts()
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(1638324000);
        foreach (string json in new[] { "1638324000", "\"1638324000\"", "1638324000.0" })
        {
            Assert.Equal(time, Created(json));
        }
        Assert.Null(Created("null"));
        Assert.Equal(DateTimeOffset.UnixEpoch, Created("0"));
        Assert.Equal(TimeSpan.Zero, Created("1")!.Value.Offset);
        foreach (string odd in new[] { "9223372036854775807", "-99999999999999", "\"2021-12-01\"", "\"\"", "{}" })
        {
            Assert.Throws<MeetgateProtocolException>(() => Created(odd));
        }
    }

    [Fact]
    public static void Durations_are_read_in_their_unit()
    {
        Assert.Equal(TimeSpan.FromSeconds(7200), new HstAccessTokenReply("""{"result":{"timeout":"7200"}}""").Timeout);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), Duration("1500"));
        Assert.Equal(TimeSpan.FromMilliseconds(-1), Duration("-1"));
        Assert.Null(Duration("null"));
        foreach (string odd in new[] { "9223372036854775807", "-9223372036854775808", "\"1:30\"", "0.5" })
        {
            Assert.Throws<MeetgateProtocolException>(() => Duration(odd));
        }
    }

    [Fact]
    public static void Times_are_sent_in_the_platforms_unit()
    {
        using var server = new Scripted(request => request.Has("/access/token")
            ? """{"code":0,"result":{"access_token":"t"}}"""
            : """{"ret":0,"code":0,"Status":"OK","ErrorCode":0}""");
        // In another place of the world, and with a fraction that no platform counts.
        var start = new DateTimeOffset(2020, 4, 29, 16, 14, 56, 789, TimeSpan.FromHours(8));
        using (AvdClient avd = server.Avd())
        {
            avd.Room.GetStatistic("1", start, start.AddDays(1));
            Assert.Equal(1, server.Count("start_time=1588148096&end_time=1588234496"));
        }
        using (var hst = new HstClient(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef"))
        {
            hst.Consuming.Records(start, start.AddDays(1), 1, 10);
            string sent = server.Requests[^1].Line + System.Text.Encoding.UTF8.GetString(server.Requests[^1].Body);
            Assert.Contains("1588148096789", sent, StringComparison.Ordinal);
        }
        using (var youme = new YoumeClient(baseUrl: server.Url, appKey: "k", appSecret: "s", restApiKey: "r"))
        {
            youme.QueryAllInstanceByTime(start, start.AddDays(1));
            string sent = server.Requests[^1].Line + System.Text.Encoding.UTF8.GetString(server.Requests[^1].Body);
            Assert.Contains("1588148096", sent, StringComparison.Ordinal);
            Assert.DoesNotContain("1588148096789", sent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public static void A_number_outside_of_a_set_stays_readable()
    {
        Assert.Equal(AvdRecordStatus.Recording, Status("1"));
        Assert.Equal(AvdRecordStatus.Stopping, Status("\"4\""));
        Assert.Equal((AvdRecordStatus)7, Status("7"));
        Assert.Equal((AvdRecordStatus)(-1), Status("-1"));
        Assert.Equal("7", Status("7").ToString());
        Assert.Null(Status("null"));
        foreach (string odd in new[] { "2147483648", "\"recording\"", "1.5", "true" })
        {
            Assert.Throws<MeetgateProtocolException>(() => Status(odd));
        }
    }

    [Fact]
    public static void A_word_outside_of_a_set_is_unknown()
    {
        Assert.Equal(HstAppStatus.Online, AppStatus("\"online\""));
        Assert.Equal(HstAppStatus.Unknown, AppStatus("\"frozen\""));
        Assert.Equal(HstAppStatus.Unknown, AppStatus("\"Online\""));
        Assert.Equal(HstAppStatus.Unknown, AppStatus("7"));
        Assert.Null(AppStatus("null"));
        Assert.Throws<MeetgateProtocolException>(() => AppStatus("{}"));
    }

    [Fact]
    public static void What_is_not_in_a_set_is_not_sent()
    {
        using var server = new Scripted("""{"code":0,"result":{"access_token":"t"}}""");
        using (var hst = new HstClient(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef"))
        {
            Refused("status", () => hst.App.Update("a", status: HstAppStatus.Unknown));
            Refused("status", () => hst.App.Update("a", status: (HstAppStatus)9));
        }
        using AvdClient avd = server.Avd();
        Refused("layout_mode", () => avd.Room.Avc.Start("1", layoutMode: (AvdRoomAvcStartLayoutMode)9));
        Refused("video_level", () => avd.Room.MixRecord.Start("1", videoLevel: AvdVideoLevel.Unknown));
        Assert.Throws<MeetgateInvalidConfigException>(
            () => new AvdClient(baseUrl: server.Url, token: "t", httpMethod: AvdHttpMethod.Unknown));
        Assert.Equal(0, server.Count());

        static void Refused(string name, Func<object> call) => Assert.Contains(
            name, Assert.Throws<MeetgateInvalidArgumentException>(call).Message, StringComparison.Ordinal);
    }

    private static long? Integer(string json) => new AvdReply($$"""{"ret":{{json}}}""").Ret;

    private static decimal? Amount(string json) =>
        new HstConsumingRecordsReply($$"""{"result":[{"amount":{{json}}}]}""").List[0].Amount;

    private static DateTimeOffset? Created(string json) =>
        new AvdRoomListReply($$"""{"rooms":[{"create_time":{{json}}}]}""").Rooms[0].CreateTime;

    private static TimeSpan? Duration(string json) =>
        new AvdMediaPlayReply($$$"""{"data":{"duration":{{{json}}}}}""").Data!.Duration;

    private static AvdRecordStatus? Status(string json) =>
        new AvdRoomRecordStatusReply($$"""{"record_status":{{json}}}""").RecordStatus;

    private static HstAppStatus? AppStatus(string json) =>
        new HstAppCreateReply($$$"""{"result":{"status":{{{json}}}}}""").Status;
}
