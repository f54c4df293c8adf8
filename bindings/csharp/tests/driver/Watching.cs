using System;
using System.Collections.Generic;
using System.Threading;

namespace Meetgate.Tests;

/// <summary>Sessions of events, one of which still runs when the program ends: prints a line for each step.</summary>
internal static class Watching
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    internal static void Run(string config, string appId)
    {
        var hst = new HstClient(config);
        var options = new EventsOptions { AppIds = [appId] };
        using (var isOver = new ManualResetEventSlim())
        {
            HstEventSession brief = hst.CreateEventSession(options);
            string first = "nothing came";
            brief.EventReceived += (_, told) =>
            {
                brief.Dispose();
                first = told.Type.ToString();
                isOver.Set();
            };
            brief.Start();
            isOver.Wait(Patience);
            brief.Dispose();
            Console.WriteLine("disposed in its handler: " + first);
        }
        HstEventSession session = hst.CreateEventSession(options);
        List<string> all = [];
        List<string> thrown = [];
        using var isThere = new ManualResetEventSlim();
        session.EventReceived += (_, told) =>
        {
            all.Add(told.Type == HstEventType.State ? $"{told.Type} {told.Reason} {told.Version}" : told.Type.ToString());
            if (told.Type == HstEventType.State)
            {
                throw new FormatException();
            }
        };
        session.HandlerFailed += (_, problem) =>
        {
            thrown.Add(problem.GetType().Name);
            isThere.Set();
        };
        session.Start();
        isThere.Wait(Patience);
        Console.WriteLine("told: " + string.Join(", ", all));
        Console.WriteLine("thrown: " + string.Join(", ", thrown));
        // Its thread has been in here, and waits for the next event.
        Console.WriteLine("left open");
    }
}
