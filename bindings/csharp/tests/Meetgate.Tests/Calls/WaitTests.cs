using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What goes on is waited for.</summary>
public static class WaitTests
{
    private const string Running = "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10";
    private const string Finished = "b7c2a9d04e1f4c6d9a8b5e3f1c0d2a64";
    private const string Room = "12345123456";

    private static readonly WaitOptions Quick = new()
    {
        Pause = TimeSpan.FromMilliseconds(20),
        MaxPause = TimeSpan.FromMilliseconds(50),
        Timeout = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public static async Task Everything_that_ends_is_waited_for()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        string callId = avd.Device.Call("d", Room, "sip:1002@192.0.2.10").CallId!;
        Assert.Equal(1, Number(await avd.Device.WaitUntilAnsweredAsync(callId, Quick), "invite_status"));
        avd.Room.Record.Transfer(Room, Finished);
        Assert.Equal(2, Number(avd.Transcode.WaitUntilDone(Room, Finished, Quick), "status"));
        Assert.Equal(2, Number(avd.Room.Record.WaitUntilStopped(Finished, Quick), "record_status"));
        Assert.Equal(2, Number(avd.Wait("avd.transcode.query", $$"""{"room_id":"{{Room}}","record_id":"{{Finished}}"}""", Quick), "status"));
        avd.Room.Close("98765432100");
        Reply files = await avd.Room.MixRecord.WaitUntilReadyAsync("98765432100", Running, options: Quick);
        Assert.Contains("transcode_files", files.RawText, StringComparison.Ordinal);
        avd.Room.DesktopRecord.WaitUntilReady(Room, "desk", options: Quick);
        avd.Room.Record.WaitUntilReady(Room, "e8f2b6c4d0a1493f9b7e5d3c1a0f8264", Quick);
    }

    [Fact]
    public static async Task It_ends_in_time_and_when_it_is_cancelled_or_the_client_goes()
    {
        using var sandbox = new Sandbox();
        var avd = new AvdClient(sandbox.Avd);
        var late = Assert.Throws<MeetgateTimeoutException>(() => avd.Room.Record.WaitUntilStopped(
            Running, new WaitOptions { Timeout = TimeSpan.FromMilliseconds(200), Pause = TimeSpan.FromMilliseconds(50) }));
        Assert.Contains("record_status is 1 (recording)", late.Message, StringComparison.Ordinal);
        var patient = new WaitOptions { Pause = TimeSpan.FromMinutes(1) };
        using var source = new CancellationTokenSource();
        Task<AvdRoomRecordStatusReply> waiting = avd.Room.Record.WaitUntilStoppedAsync(Running, patient, source.Token);
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        long since = Stopwatch.GetTimestamp();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.Ends(waiting));
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        Assert.ThrowsAny<OperationCanceledException>(
            () => avd.Room.Record.WaitUntilStopped(Running, new WaitOptions { CancellationToken = source.Token }));
        waiting = avd.Room.Record.WaitUntilStoppedAsync(Running, patient);
        await Task.Delay(100);
        avd.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.Ends(waiting));
    }

    [Fact]
    public static async Task What_ends_otherwise_is_an_exception_without_a_code()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        AvdDeviceCallReply called = avd.Device.Call("d", Room, "sip:1002@192.0.2.10");
        avd.Device.Kick(Room, called.UserId!);
        var other = await Assert.ThrowsAsync<MeetgateApiException>(() => avd.Device.WaitUntilAnsweredAsync(called.CallId!, Quick));
        Assert.Null(other.Code);
        Assert.Contains("invite_status is 2 (hung up)", other.Message, StringComparison.Ordinal);
        Assert.Equal(2, other.Reply!.Value.GetProperty("invite_status").GetInt32());
        var none = Assert.ThrowsAny<MeetgateApiException>(() => avd.Room.Record.WaitUntilStopped("none", Quick));
        Assert.Equal(40090, none.Code);
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Wait("avd.room.list"));
        Assert.Throws<MeetgateInvalidArgumentException>(
            () => avd.Room.Record.WaitUntilStopped(Running, new WaitOptions { Pause = TimeSpan.FromMilliseconds(1) }));
        Assert.Throws<ArgumentNullException>(() => avd.Room.MixRecord.WaitUntilReady(Room, null!));
    }

    private static int Number(Reply reply, string member) => reply.Json.GetProperty(member).GetInt32();
}
