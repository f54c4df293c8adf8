using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using NSubstitute;
using Xunit;

namespace Meetgate.Tests;

/// <summary>
/// A program of a user's is tested without a server, and without the C library: see <see cref="OwnProcessTests"/>.
/// </summary>
public static class DoubleTests
{
    [Fact]
    public static async Task A_group_is_substituted()
    {
        AvdClient avd = Substitute.For<AvdClient>();
        AvdRoomOperations rooms = Substitute.For<AvdRoomOperations>();
        avd.Room.Returns(rooms);
        rooms.Read("7").Returns(new AvdRoomReadReply("""{"ret":0,"data":{"topic":"周会"}}"""));
        rooms.ReadAsync("7", Arg.Any<CallOptions>(), Arg.Any<CancellationToken>())
            .Returns(new AvdRoomReadReply("""{"ret":0,"data":{"topic":"later"}}"""));
        rooms.Read("8").Returns(_ => throw new MeetgateNotFoundException("no such room"));
        var program = new Topics(avd);
        Assert.Equal("周会", program.Of("7"));
        Assert.Equal("later", await program.OfAsync("7"));
        Assert.Null(program.Of("8"));
        rooms.Received(1).Read("8", null);
    }

    [Fact]
    public static async Task Calls_by_name_and_raw_calls_are_substituted()
    {
        AvdClient avd = Substitute.For<AvdClient>();
        avd.Call("avd.room.list", Arg.Any<JsonInput?>()).Returns(new Reply("""{"ret":0}"""));
        avd.RawCallAsync(Arg.Any<JsonInput>()).Returns(new Reply("""{"raw":1}"""));
        avd.Info().Returns(
            new ClientInfo("""{"platform":"avd","token":{"source":"provided","generation":3,"age_ms":1500}}"""));
        avd.With(Arg.Any<CallOptions>()).Returns(avd);
        Assert.Equal("""{"ret":0}""", avd.Call("avd.room.list").RawText);
        Assert.Equal("""{"raw":1}""", (await avd.RawCallAsync("{}")).RawText);
        Assert.Equal(TimeSpan.FromSeconds(1.5), avd.Info().Token!.Age);
        Assert.Equal(3, avd.With(new CallOptions()).Info().Token!.Generation);
        avd.SetToken("t");
        avd.Received().SetToken("t");
    }

    [Fact]
    public static async Task Pages_are_substituted()
    {
        HstClient hst = Substitute.For<HstClient>();
        HstConsumingOperations consuming = Substitute.For<HstConsumingOperations>();
        hst.Consuming.Returns(consuming);
        IReadOnlyList<HstConsumingRecordsReply.ListItem> rows =
            new HstConsumingRecordsReply("""{"result":[{"amount":1.20},{"amount":0.30}]}""").List;
        consuming.IterateRecords(default, default).ReturnsForAnyArgs(rows);
        consuming.IterateRecordsAsync(default, default).ReturnsForAnyArgs(Later(rows));
        Assert.Equal(
            1.50m,
            hst.Consuming.IterateRecords(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).Sum(row => row.Amount));
        decimal? sum = 0;
        await foreach (HstConsumingRecordsReply.ListItem row in hst.Consuming.IterateRecordsAsync(default, default))
        {
            sum += row.Amount;
        }
        Assert.Equal(1.50m, sum);
    }

    [Fact]
    public static void Everything_that_a_program_calls_can_be_substituted()
    {
        Type[] classes = [.. typeof(MeetgateClient).Assembly.GetExportedTypes()
            .Where(
                type => typeof(MeetgateClient).IsAssignableFrom(type) || typeof(
                    OperationGroup).IsAssignableFrom(type))];
        Assert.True(classes.Length > 25);
        foreach (Type type in classes)
        {
            Assert.False(type.IsSealed);
            Assert.All(
                type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                    .Where(method => !method.Name.StartsWith("Dispose", StringComparison.Ordinal)),
                method => Assert.True(method is { IsVirtual: true, IsFinal: false }, $"{type.Name}.{method.Name}"));
            ConstructorInfo? own = type.GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, []);
            Assert.True(own is { IsFamily: true }, type.Name);
            if (!type.IsAbstract)
            {
                Assert.NotNull(Substitute.For([type], []));
            }
        }
    }

    [Fact]
    public static async Task A_double_calls_nothing_and_says_so()
    {
        var bare = new Bare();
        string message = Assert.Throws<NotSupportedException>(() => bare.Call("avd.room.list")).Message;
        Assert.Contains("double", message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => bare.RawCall("{}"));
        Assert.Throws<NotSupportedException>(() => bare.Info());
        Assert.Throws<NotSupportedException>(() => bare.SetToken("t"));
        await Assert.ThrowsAsync<NotSupportedException>(() => bare.CallAsync("avd.room.list"));
        Assert.Throws<NotSupportedException>(() => new BareRooms().Read("1"));
        await Assert.ThrowsAsync<NotSupportedException>(() => new BareRooms().ReadAsync("1"));
        await bare.DisposeAsync();
        bare.Dispose();
    }

    [Fact]
    public static void Replies_and_exceptions_are_made_by_hand()
    {
        var reply = new AvdRoomListReply("""{"ret":0,"rooms":[{"room_id":"1"}],"token":"hunter2"}""");
        Assert.Equal("1", reply.Rooms[0].RoomId);
        Assert.DoesNotContain("hunter2", reply.ToString(), StringComparison.Ordinal);
        var problem = Assert.IsType<MeetgatePlatformBusyException>(MeetgateException.FromDocument(
            """{"status":"API","platform":"avd","operation":"room.list","class":"busy","retryable":true}"""));
        Assert.True(problem.Retryable);
        Assert.NotEmpty(new MeetgateTimeoutException().ToString());
        Assert.NotEmpty(new AvdRoomCreateRequest("1").ToString());
        Assert.Equal("***", new ProvidedToken("t").ToString());
    }

    private static async IAsyncEnumerable<T> Later<T>(IEnumerable<T> rows)
    {
        foreach (T row in rows)
        {
            await Task.Yield();
            yield return row;
        }
    }

    /// <summary>What a user would test.</summary>
    private sealed class Topics(AvdClient avd)
    {
        internal string? Of(string room)
        {
            try
            {
                return avd.Room.Read(room).Data?.Topic;
            }
            catch (MeetgateNotFoundException)
            {
                return null;
            }
        }

        internal async Task<string?> OfAsync(string room) => (await avd.Room.ReadAsync(room)).Data?.Topic;
    }

    private sealed class Bare : AvdClient
    {
    }

    private sealed class BareRooms : AvdRoomOperations
    {
    }
}
