using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using Row = Meetgate.HstConsumingRecordsReply.ListItem;

namespace Meetgate.Tests;

/// <summary>Rows of hst, page by page.</summary>
public static class PageTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1588146896);
    private static readonly DateTimeOffset End = Start.AddDays(30);

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(7, 3)]
    [InlineData(9, 4)]
    public static async Task Pages_are_read_until_one_is_not_full(int total, int pages)
    {
        using var server = Platform(total);
        using HstClient hst = Client(server);
        string[] expected = [.. Enumerable.Range(0, total).Select(i => "g" + i)];
        Assert.Equal(expected, hst.Consuming.IterateRecords(Start, End, pageSize: 3).Select(row => row.GroupId));
        Assert.Equal(pages, Asked(server).Length);
        List<string?> seen = [];
        await foreach (Row row in hst.Consuming.IterateRecordsAsync(Start, End, pageSize: 3))
        {
            seen.Add(row.GroupId);
        }
        Assert.Equal(expected, seen);
        Assert.Equal([.. Enumerable.Range(1, pages), .. Enumerable.Range(1, pages)], Asked(server));
    }

    [Fact]
    public static async Task A_page_is_asked_for_when_its_first_row_is_wanted()
    {
        using var server = Platform(9);
        using HstClient hst = Client(server);
        IEnumerable<Row> rows = hst.Consuming.IterateRecords(Start, End, appId: "app", pageSize: 3);
        Assert.Empty(Asked(server));
        Assert.Equal(3, rows.Take(3).Count());
        Assert.Equal([1], Asked(server));
        Assert.Equal(4, rows.Take(4).Count());
        Assert.Equal([1, 1, 2], Asked(server));
        await foreach (Row row in hst.Consuming.IterateRecordsAsync(Start, End, pageSize: 3))
        {
            Assert.Equal("g0", row.GroupId);
            break;
        }
        Assert.Equal([1, 1, 2, 1], Asked(server));
    }

    [Fact]
    public static async Task A_failure_is_thrown_where_the_rows_are_read()
    {
        using var server = Platform(9, failsAt: 2);
        using HstClient hst = Client(server);
        List<string?> seen = [];
        Assert.ThrowsAny<MeetgateApiException>(() =>
        {
            foreach (Row row in hst.Consuming.IterateRecords(Start, End, pageSize: 3))
            {
                seen.Add(row.GroupId);
            }
        });
        await Assert.ThrowsAnyAsync<MeetgateApiException>(async () =>
        {
            await foreach (Row row in hst.Consuming.IterateRecordsAsync(Start, End, pageSize: 3))
            {
                seen.Add(row.GroupId);
            }
        });
        Assert.Equal(["g0", "g1", "g2", "g0", "g1", "g2"], seen);
    }

    [Fact]
    public static async Task The_token_of_the_enumeration_ends_it()
    {
        using var server = Platform(9, isSilentAt: 2);
        using HstClient hst = Client(server);
        using var source = new CancellationTokenSource();
        int seen = 0;
        var problem = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(Read()));
        Assert.Equal(source.Token, problem.CancellationToken);
        Assert.Equal(3, seen);

        async Task Read()
        {
            IAsyncEnumerable<Row> rows = hst.Consuming.IterateRecordsAsync(Start, End, pageSize: 3);
            await foreach (Row row in rows.WithCancellation(source.Token))
            {
                if (++seen == 3)
                {
                    source.CancelAfter(TimeSpan.FromMilliseconds(50));
                }
            }
        }
    }

    [Fact]
    public static void Options_hold_for_every_page()
    {
        using var server = Platform(9, isSilentAt: 2);
        using HstClient hst = Client(server);
        var quick = new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) };
        int seen = 0;
        Assert.Throws<MeetgateTimeoutException>(() =>
        {
            foreach (
                Row row in hst.Consuming.IterateRecords(Start, End, pageSize: 3, options: quick))
            {
                seen++;
            }
        });
        Assert.Equal(3, seen);
    }

    [Fact]
    public static void An_answer_without_rows_is_not_taken_for_the_last_page()
    {
        using var server = new Scripted(request => request.Has("/access/token")
            ? """{"code":0,"result":{"access_token":"t"}}"""
            : """{"code":0,"result":{"total":3}}""");
        using HstClient hst = Client(server);
        Assert.Throws<MeetgateProtocolException>(() => hst.Consuming.IterateRecords(Start, End).ToArray());
    }

    private static HstClient Client(Scripted server) =>
        new(baseUrl: server.Url, devId: "d", devSecret: "0123456789abcdef");

    /// <summary>The numbers of the pages that were asked for.</summary>
    private static int[] Asked(Scripted server) =>
        [.. server.Requests.Where(request => !request.Has("/access/token")).Select(request => Number(request, "page"))];

    private static int Number(Request request, string name)
    {
        if (request.Body.Length > 0)
        {
            return JsonNode.Parse(request.Body)![name]!.GetValue<int>();
        }
        string query = request.Line.Split('?', ' ')[2];
        string value = query.Split('&').Single(pair => pair.StartsWith(name + "=", StringComparison.Ordinal));
        return int.Parse(value[(name.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <summary>A platform with as many rows.</summary>
    private static Scripted Platform(int total, int failsAt = 0, int isSilentAt = 0) => new(request =>
    {
        if (request.Has("/access/token"))
        {
            return """{"code":0,"result":{"access_token":"t"}}""";
        }
        int page = Number(request, "page");
        int size = Number(request, "page_size");
        IEnumerable<string> rows = Enumerable.Range(0, total).Skip((page - 1) * size).Take(size)
            .Select(i => $$"""{"group_id":"g{{i}}"}""");
        return page == failsAt ? """{"code":101010003,"msg":"no"}"""
            : page == isSilentAt ? Scripted.Silence
            : $$$"""{"code":0,"result":{"list":[{{{string.Join(",", rows)}}}]}}""";
    });
}
