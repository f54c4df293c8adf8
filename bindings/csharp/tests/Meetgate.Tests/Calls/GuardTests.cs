using System;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace Meetgate.Tests;

/// <summary>What was started is stopped again.</summary>
public static class GuardTests
{
    private const string Quiet = "12345123456";
    private const string Busy = "98765432100";
    private const string Start = "avd.room.mix_record.start";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public static async Task A_recording_is_stopped_at_the_end_of_its_using(bool isAsync)
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        string? recordId;
        if (isAsync)
        {
            await using Guarded<AvdRoomMixRecordStartReply> recording =
                await avd.Room.MixRecord.StartGuardedAsync(Quiet, enableAudioRecord: true);
            recordId = recording.Reply.RecordId;
            Assert.True(IsRunning(avd, recordId));
        }
        else
        {
            using Guarded<AvdRoomMixRecordStartReply> recording =
                avd.Room.MixRecord.StartGuarded(new AvdRoomMixRecordStartRequest(Quiet) { EnableAudioRecord = true });
            recordId = recording.Reply.RecordId;
            Assert.True(IsRunning(avd, recordId));
        }
        Assert.False(IsRunning(avd, recordId));
    }

    [Fact]
    public static async Task What_ends_the_code_in_between_does_not_end_the_undoing()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        string? recordId = null;
        var cause = new NotSupportedException("of the meeting");
        void Meet()
        {
            using Guarded<AvdRoomMixRecordStartReply> recording = avd.Room.MixRecord.StartGuarded(Quiet, enableAudioRecord: true);
            recordId = recording.Reply.RecordId;
            throw cause;
        }
        Assert.Same(cause, Assert.Throws<NotSupportedException>(Meet));
        Assert.False(IsRunning(avd, recordId));

        // Nor does the token of a view, once it has started.
        using var source = new CancellationTokenSource();
        AvdClient view = avd.With(new CallOptions { CancellationToken = source.Token });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using Guarded<AvdRoomMixRecordStartReply> recording =
                await view.Room.MixRecord.StartGuardedAsync(Quiet, enableAudioRecord: true, cancellationToken: source.Token);
            recordId = recording.Reply.RecordId;
            await source.CancelAsync();
            await view.Room.ReadAsync(Quiet);
        });
        Assert.False(IsRunning(avd, recordId));
    }

    [Fact]
    public static async Task It_is_undone_once_and_released_where_that_is_wanted()
    {
        using var sandbox = new Sandbox();
        using var avd = new AvdClient(sandbox.Avd);
        Guarded<Reply> recording = avd.Guard(Start, """{"room_id":"12345123456","enable_audio_record":true}""");
        Assert.Equal(0, recording.Undo()!.Json.GetProperty("ret").GetInt32());
        Assert.Null(recording.Undo());
        Assert.Null(await recording.UndoAsync());
        recording.Dispose();
        recording.Dispose();
        Assert.Null(recording.Failure);

        Guarded<Reply> kept = await avd.GuardAsync(Start, """{"room_id":"12345123456","enable_audio_record":true}""");
        kept.Release();
        await kept.DisposeAsync();
        Assert.Throws<MeetgateConflictException>(() => avd.Room.MixRecord.StartGuarded(Quiet, enableAudioRecord: true));
        avd.Room.MixRecord.Stop(Quiet);
    }

    [Fact]
    public static async Task What_fails_is_thrown_by_Undo_and_kept_by_Dispose()
    {
        using var sandbox = new Sandbox();
        var avd = new AvdClient(sandbox.Avd);
        Guarded<AvdRoomMixRecordStartReply> stopped = avd.Room.MixRecord.StartGuarded(Quiet, enableAudioRecord: true);
        avd.Room.MixRecord.Stop(Quiet);
        Assert.ThrowsAny<MeetgateApiException>(() => stopped.Undo());
        stopped.Dispose();
        Assert.Null(stopped.Failure);
        Guarded<AvdRoomMixRecordStartReply> late = avd.Room.MixRecord.StartGuarded(Quiet, enableAudioRecord: true);
        avd.Room.MixRecord.Stop(Quiet);
        late.Dispose();
        Assert.IsAssignableFrom<MeetgateApiException>(late.Failure);
        Guarded<AvdRoomMixRecordStartReply> orphan = avd.Room.MixRecord.StartGuarded(Quiet, enableAudioRecord: true);
        avd.Dispose();
        await orphan.DisposeAsync();
        Assert.IsType<ObjectDisposedException>(orphan.Failure);
    }

    [Fact]
    public static async Task What_did_not_start_is_not_undone()
    {
        using var sandbox = new Sandbox("--control");
        using var avd = new AvdClient(sandbox.Avd);
        Assert.Throws<MeetgateConflictException>(() => avd.Room.MixRecord.StartGuarded(Busy, enableAudioRecord: true));
        Assert.True(IsRunning(avd, "4d1f0c52a7e94b0f8a6b3c9d2e5f7a10"));
        var none = Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Guard("avd.room.list"));
        Assert.Contains("avd.room.list: nothing undoes it", none.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MeetgateInvalidArgumentException>(() => avd.GuardAsync("avd.room.list"));
        Assert.Throws<MeetgateInvalidArgumentException>(() => avd.Guard("avd\0"));
        Assert.Throws<ArgumentNullException>(() => avd.Guard(null!));
        Assert.Throws<ArgumentNullException>(() => avd.Media.CreateGuarded(null!, "x"));
        Assert.False(avd.Stats().Operations.ContainsKey("avd.room.list"));
        // A double undoes nothing.
        using var doubled = new Guarded<string>("reply");
        Assert.Equal("reply", doubled.Reply);
        Assert.Null(doubled.Undo());
    }

    private static bool IsRunning(AvdClient avd, string? recordId) =>
        avd.Room.Record.Status(recordId!).Json.GetProperty("record_status").GetInt32() < 2;
}
