#if NET8_0_OR_GREATER
using System;
using System.Diagnostics;

namespace Meetgate;

/// <summary>What traces see of a call: an activity named after the operation. Nothing is made where nobody listens.</summary>
internal readonly struct CallActivity
{
    private static readonly ActivitySource Source = new("Meetgate", typeof(CallActivity).Assembly.GetName().Version?.ToString(3));

    private readonly Activity? activity;

    private CallActivity(Activity? activity)
    {
        this.activity = activity;
    }

    internal static CallActivity Start(string name)
    {
        Activity? activity = Source.StartActivity(name, ActivityKind.Client);
        if (activity != null && name.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot)
        {
            activity.SetTag("meetgate.platform", name[..dot]);
        }
        return new CallActivity(activity);
    }

    internal void End(Exception? problem)
    {
        if (activity == null)
        {
            return;
        }
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

    internal void End(Exception? problem)
    {
    }
}
#endif
