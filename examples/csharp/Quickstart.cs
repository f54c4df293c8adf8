// The three platforms from C#: rooms and recordings on avd, applications and users on hst, figures on youme.
//
//   quickstart.exe HST_CONFIG YOUME_CONFIG AVD_CONFIG
//
// Each configuration is a JSON text. The first line that meetgate-sandbox prints has all three; with them the ids below exist.
// bindings/csharp/check.sh compiles and runs it; docs/guides/csharp.md says how to do it by hand.
using System;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Meetgate;

internal static class Quickstart
{
    private static int Main(string[] arguments)
    {
        if (arguments.Length != 3)
        {
            Console.Error.WriteLine("usage: quickstart HST_CONFIG YOUME_CONFIG AVD_CONFIG");
            return 2;
        }
        Console.OutputEncoding = new UTF8Encoding(false);
        try
        {
            using (var hst = new HstClient(arguments[0]))
            using (var youme = new YoumeClient(arguments[1]))
            using (var avd = new AvdClient(arguments[2]))
            {
                DriveHst(hst);
                DriveYoume(youme);
                DriveAvd(avd).GetAwaiter().GetResult();
            }
            return 0;
        }
        catch (MeetgateException problem)
        {
            Console.WriteLine("failed, {0}: {1}", problem.StatusName, problem.Message);
            return 1;
        }
    }

    private static void DriveHst(HstClient hst)
    {
        HstAppCreateReply app = hst.App.Create(appName: "会议演示", service: new[] { new HstService { ServiceId = 3 } });
        // The reply also has the application's secret: keep it like a password.
        Console.WriteLine("hst: created the application {0}", app.AppId);

        const string AppId = "8f14e45fceea467a9f36dedd4bea2543";
        HstOnlineUserStateReply users = hst.Online.User.State(appId: AppId, msgId: 1);
        foreach (HstOnlineUserStateReply.UserItem user in users.UserList)
        {
            Console.WriteLine("hst: {0} is {1}", user.UserId, user.State == 1 ? "online" : "offline");
        }
        HstOnlineTransCmdReply command = hst.Online.TransCmd(
            userList: new[]
            {
                new HstUser { UserId = "u1001", MutexType = "pc", ClientGuid = "T-1001" },
                new HstUser { UserId = "u1003", MutexType = "pc", ClientGuid = "T-1003" },
            },
            transMess: new JsonObject { { "action", "提醒" }, { "text", "请准备开会" } },
            appId: AppId,
            msgId: 2);
        // The call succeeds although a user was not reached: look at every row.
        Console.WriteLine("hst: the command reached {0} of 2", command.UserList.Count(row => row.Result == 0));
    }

    private static void DriveYoume(YoumeClient youme)
    {
        YoumeQueryInstanceAllRecordsByTimeReply calls = youme.QueryInstanceAllRecordsByTime(
            userId: "terminal-001", beginTime: "1575907200", endTime: "1575993599");
        foreach (var room in calls.UserRecords)
        {
            Console.WriteLine("youme: terminal-001 was in {0} {1} times", room.RoomId, room.RoomRecords.Count);
        }
        decimal? best = youme.CountQosByDay(queryDate: "20191210").QosData.Max(row => row.JoinRoomSuccRate);
        Console.WriteLine("youme: best join success rate of 2019-12-10: {0}", best);
    }

    private static async Task DriveAvd(AvdClient avd)
    {
        // Without a room number the platform makes one up, so that this program can run again.
        AvdRoomCreateReply room = await avd.Room.CreateAsync(userId: "16", topic: "周会");
        Console.WriteLine("avd: created room {0}", room.RoomId);
        Console.WriteLine("avd: its topic is {0}", (await avd.Room.ReadAsync(room.RoomId)).Data.Topic);

        await avd.Room.CloseAsync(room.RoomId);

        // In a room with people: the layout names their videos.
        const string Quiet = "12345123456";
        AvdRoomMixRecordStartReply recording = await avd.Room.MixRecord.StartAsync(
            roomId: Quiet,
            enableRealtimeTranscode: true,
            videos: new[]
            {
                new AvdVideo { VideoName = "16_video1", Zorder = 0, X = 0, Y = 0, W = 0.5m, H = 1 },
                new AvdVideo { VideoName = "49_video1", Zorder = 0, X = 0.5m, Y = 0, W = 0.5m, H = 1 },
            });
        Console.WriteLine("avd: recording, status {0}", (await avd.Room.Record.StatusAsync(recording.RecordId)).RecordStatus);
        AvdRoomMixRecordStopReply stopped = await avd.Room.MixRecord.StopAsync(roomId: Quiet);
        foreach (AvdRoomMixRecordStopReply.DataItem file in stopped.Data)
        {
            Console.WriteLine("avd: it left {0}", file.Name);
        }

        // A failure, on purpose.
        try
        {
            await avd.Room.ReadAsync(roomId: "40400000000");
        }
        catch (MeetgateNotFoundException problem)
        {
            Console.WriteLine("avd: {0}, {1} ({2})", problem.Code, problem.Meaning, problem.MeaningZh);
        }
    }
}
