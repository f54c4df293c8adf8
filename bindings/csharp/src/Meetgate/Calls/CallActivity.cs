#if NET8_0_OR_GREATER
using System;
using System.Diagnostics;
using System.Threading;

namespace Meetgate;

/// <summary>What traces see of a call: an activity named after the operation. Nothing is made where nobody listens.</summary>
internal readonly struct CallActivity
{
    private static readonly ActivitySource Source = new("Meetgate", typeof(CallActivity).Assembly.GetName().Version?.ToString(3));

    private readonly Activity? activity;

    /// <summary>Where the activity is current, for one that ends on a thread of the library; else null.</summary>
    private readonly ExecutionContext? context;

    private CallActivity(Activity? activity, ExecutionContext? context)
    {
        this.activity = activity;
        this.context = context;
    }

    internal static CallActivity Start(string name)
    {
        Activity? activity = Source.StartActivity(name, ActivityKind.Client);
        if (activity != null && name.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot)
        {
            activity.SetTag("meetgate.platform", name[..dot]);
        }
        return new CallActivity(activity, null);
    }

    /// <summary>Of a call that is awaited: the activity is not current for what its caller does meanwhile.</summary>
    internal static CallActivity StartDetached(string name)
    {
        Activity? before = Activity.Current;
        CallActivity started = Start(name);
        if (started.activity == null)
        {
            return started;
        }
        var detached = new CallActivity(started.activity, ExecutionContext.Capture());
        Activity.Current = before;
        return detached;
    }

    internal void End(Exception? problem)
    {
        if (activity == null)
        {
            return;
        }
        if (context == null)
        {
            Stop(activity, problem);
        }
        else
        {
            // Whoever listens finds the caller's own values, and the library's thread keeps none of them.
            ExecutionContext.Run(context, static ending =>
            {
                var (activity, problem) = ((Activity, Exception?))ending!;
                Stop(activity, problem);
            }, (activity, problem));
        }
    }

    private static void Stop(Activity activity, Exception? problem)
    {
        if (problem == null)
        {
            activity.SetTag("meetgate.status", "OK");
        }
        else
        {
            activity.SetStatus(ActivityStatusCode.Error, problem.Message);
            activity.SetTag("error.type", problem.GetType().FullName);
        }
        // A call that was ended has .NET's own exception, and the library's inside.
        if ((problem as MeetgateException ?? problem?.InnerException as MeetgateException) is { } failure)
        {
            activity.SetTag("meetgate.status", failure.StatusName);
            activity.SetTag("meetgate.code", failure.Code);
            activity.SetTag("meetgate.attempts", failure.Attempts);
            activity.SetTag("meetgate.request_id", failure.RequestId);
            activity.SetTag("http.response.status_code", failure.HttpStatus);
        }
        activity.Dispose();
    }
}
#else
using System;

namespace Meetgate;

/// <summary>Activities are in .NET itself from .NET 5 on; elsewhere a package would be needed.</summary>
internal readonly struct CallActivity
{
    internal static CallActivity Start(string name) => default;

    internal static CallActivity StartDetached(string name) => default;

    internal void End(Exception? problem)
    {
    }
}
#endif
