// The three platforms from C#: rooms and recordings on avd, applications and users on hst, figures on youme.
//
//   dotnet run HST_CONFIG YOUME_CONFIG AVD_CONFIG
//
// Each configuration is a JSON text. The first line that meetgate-sandbox prints has all three; with them the ids below exist.
// In the checkout, the variable MEETGATE_LIBRARY names the C library that cargo built.
using System.Text;
using System.Text.Json.Nodes;
using Meetgate;

if (args.Length != 3)
{
    Console.Error.WriteLine("usage: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG");
    return 2;
}
Console.OutputEncoding = Encoding.UTF8;
try
{
    using var hst = new HstClient(args[0]);
    using var youme = new YoumeClient(args[1]);
    await using var avd = new AvdClient(args[2]);
    DriveHst(hst);
    DriveYoume(youme);
    await DriveAvdAsync(avd);
    return 0;
}
catch (MeetgateException problem)
{
    Console.WriteLine($"failed, {problem.StatusName}: {problem.Message}");
    return 1;
}

static void DriveHst(HstClient hst)
{
    HstAppCreateReply app = hst.App.Create(appName: "会议演示", service: [new HstService { ServiceId = 3 }]);
    // The reply also has the application's secret. Keep it like a password: neither ToString nor a serializer shows it.
    Console.WriteLine($"hst: created the application {app.AppId}");

    const string AppId = "8f14e45fceea467a9f36dedd4bea2543";
    foreach (var user in hst.Online.User.State(appId: AppId, msgId: 1).UserList)
    {
        Console.WriteLine($"hst: {user.UserId} is {user.State}");
    }

    HstOnlineTransCmdReply command = hst.Online.TransCmd(
        userList:
        [
            new HstUser { UserId = "u1001", MutexType = "pc", ClientGuid = "T-1001" },
            new HstUser { UserId = "u1003", MutexType = "pc", ClientGuid = "T-1003" },
        ],
        transMess: new JsonObject { ["action"] = "提醒", ["text"] = "请准备开会" },
        appId: AppId,
        msgId: 2);
    // The call succeeds although a user was not reached: look at every row.
    int reached = command.UserList.Count(row => row.Result == HstOnlineResult.Success);
    Console.WriteLine($"hst: the command reached {reached} of 2");

    // One record after the other; the pages are asked for on the way.
    var records = hst.Consuming.IterateRecords(
        startTime: new DateTimeOffset(2020, 4, 29, 0, 0, 0, TimeSpan.FromHours(8)),
        endTime: new DateTimeOffset(2020, 5, 30, 0, 0, 0, TimeSpan.FromHours(8)));
    Console.WriteLine($"hst: a month for {records.Sum(record => record.Amount):0.00} yuan");
}

static void DriveYoume(YoumeClient youme)
{
    YoumeQueryInstanceAllRecordsByTimeReply calls = youme.QueryInstanceAllRecordsByTime(
        userId: "terminal-001",
        beginTime: new DateTimeOffset(2019, 12, 10, 0, 0, 0, TimeSpan.FromHours(8)),
        endTime: new DateTimeOffset(2019, 12, 10, 23, 59, 59, TimeSpan.FromHours(8)));
    foreach (var room in calls.UserRecords)
    {
        Console.WriteLine($"youme: terminal-001 was in {room.RoomId} {room.RoomRecords.Count} times");
    }
    decimal? best = youme.CountQosByDay(queryDate: "20191210").QosData.Max(row => row.JoinRoomSuccRate);
    Console.WriteLine($"youme: best join success rate of 2019-12-10: {best}");
}

static async Task DriveAvdAsync(AvdClient avd)
{
    // Without a room number the platform makes one up, so that this program can run again.
    string room = (await avd.Room.CreateAsync(userId: "16", topic: "周会")).RoomId!;
    Console.WriteLine($"avd: created room {room}");
    Console.WriteLine($"avd: its topic is {(await avd.Room.ReadAsync(room)).Data?.Topic}");
    await avd.Room.CloseAsync(room);

    // In a room with people: the layout names their videos. What has many parameters can be an object that is kept.
    var request = new AvdRoomMixRecordStartRequest(roomId: "12345123456")
    {
        EnableRealtimeTranscode = true,
        Videos =
        [
            new AvdVideo { VideoName = "16_video1", Zorder = 0, X = 0, Y = 0, W = 0.5m, H = 1 },
            new AvdVideo { VideoName = "49_video1", Zorder = 0, X = 0.5m, Y = 0, W = 0.5m, H = 1 },
        ],
    };
    string recording = (await avd.Room.MixRecord.StartAsync(request)).RecordId!;
    AvdRoomMixRecordStopReply stopped;
    try
    {
        Console.WriteLine($"avd: recording, {(await avd.Room.Record.StatusAsync(recording)).RecordStatus}");
    }
    finally
    {
        // What is started must be stopped, whatever happens in between.
        stopped = await avd.Room.MixRecord.StopAsync(request.RoomId);
    }
    foreach (var file in stopped.Data)
    {
        Console.WriteLine($"avd: it left {file.Name}");
    }

    // A failure, on purpose.
    try
    {
        await avd.Room.ReadAsync(roomId: "40400000000");
    }
    catch (MeetgateNotFoundException problem)
    {
        Console.WriteLine($"avd: {problem.Code}, {problem.Meaning} ({problem.MeaningZh})");
    }
}
