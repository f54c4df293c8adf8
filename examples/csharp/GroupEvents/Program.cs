// What happens in the groups of an application of hst, as it happens: a line for each event, until Enter is pressed.
//
//   dotnet run HST_CONFIG APP_ID
//
// The configuration is a JSON text. A key "discovery_url" in it says who is asked for the address of the event gateway.
// In the checkout, the variable MEETGATE_LIBRARY names the C library that cargo built.
using System.Text;
using System.Text.Json;
using Meetgate;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: groupevents HST_CONFIG APP_ID");
    return 2;
}
Console.OutputEncoding = Encoding.UTF8;
try
{
    using var hst = new HstClient(args[0]);
    using HstEventSession session = hst.CreateEventSession(new EventsOptions { AppIds = [args[1]] });
    var groups = new Dictionary<string, HashSet<string>>();
    // On one thread, one after the other: what is known needs no lock.
    session.EventReceived += (_, told) => Take(told, groups);
    session.HandlerFailed += (_, problem) => Console.Error.WriteLine(problem);
    session.Start();
    Console.ReadLine();
    return 0;
}
catch (MeetgateException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 1;
}

static void Take(HstEvent told, Dictionary<string, HashSet<string>> groups)
{
    switch (told.Type)
    {
        case HstEventType.State:
            // What was known before does not count any more.
            groups.Clear();
            foreach (JsonElement group in told.Data!.Value.GetProperty("group_list").EnumerateArray())
            {
                var users = group.GetProperty("user_list").EnumerateArray().Select(user => Text(user, "user_id"));
                groups[Text(group, "group_id")] = [.. users];
            }
            break;
        case HstEventType.Joined:
            if (!groups.TryGetValue(told.GroupId!, out HashSet<string>? there))
            {
                groups[told.GroupId!] = there = [];
            }
            there.Add(Text(told.Data!.Value, "user_id"));
            break;
        case HstEventType.Left:
            groups.GetValueOrDefault(told.GroupId!)?.Remove(Text(told.Data!.Value, "user_id"));
            break;
        case HstEventType.Disconnected:
            Console.WriteLine($"no connection: {told.Error!.Message}; again in {told.NextAttempt}");
            return;
    }
    string known = string.Join("; ", groups.Select(group => $"{group.Key}: {string.Join(", ", group.Value.Order())}"));
    Console.WriteLine($"{told.Type} {told.Version} ({known})");
}

static string Text(JsonElement members, string name) => members.GetProperty(name).GetString()!;
