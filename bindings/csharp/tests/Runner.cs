using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;

namespace Meetgate.Tests
{
    /// <summary>Marks a class whose public methods without parameters are tests.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class TestsAttribute : Attribute
    {
    }

    /// <summary>A test that cannot be tried here.</summary>
    internal sealed class SkippedException : Exception
    {
        internal SkippedException(string reason)
            : base(reason)
        {
        }
    }

    /// <summary>
    /// Runs every test, or those whose name holds the first argument. One small runner, and no test framework: the same file
    /// runs on Mono and on .NET. The sandbox program is named by MEETGATE_SANDBOX.
    /// </summary>
    internal static class Runner
    {
        private static int Main(string[] arguments)
        {
            string wanted = arguments.Length > 0 ? arguments[0] : "";
            int passed = 0, failed = 0, skipped = 0;
            Type[] fixtures = typeof(Runner).Assembly.GetTypes()
                .Where(type => type.GetCustomAttributes(typeof(TestsAttribute), false).Length > 0)
                .OrderBy(type => type.Name, StringComparer.Ordinal)
                .ToArray();
            foreach (Type fixture in fixtures)
            {
                MethodInfo[] tests = fixture.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
                    .Where(test => (fixture.Name + "." + test.Name).Contains(wanted))
                    .ToArray();
                foreach (MethodInfo test in tests)
                {
                    Stopwatch watch = Stopwatch.StartNew();
                    string outcome;
                    try
                    {
                        test.Invoke(null, null);
                        passed++;
                        outcome = "ok";
                    }
                    catch (TargetInvocationException problem)
                    {
                        if (problem.InnerException is SkippedException)
                        {
                            skipped++;
                            outcome = "SKIPPED: " + problem.InnerException.Message;
                        }
                        else
                        {
                            failed++;
                            outcome = "FAILED\n" + problem.InnerException;
                        }
                    }
                    Console.WriteLine(
                        "{0}.{1} ({2} ms) {3}", fixture.Name, test.Name, watch.ElapsedMilliseconds, outcome);
                }
            }
            Console.WriteLine("{0} passed, {1} failed, {2} skipped", passed, failed, skipped);
            return failed == 0 && passed > 0 ? 0 : 1;
        }
    }

    /// <summary>What tests claim.</summary>
    internal static class Check
    {
        internal static void Equal<T>(T expected, T got, string what = "")
        {
            if (!Equals(expected, got))
            {
                throw new Exception(string.Format("{0}: expected <{1}>, got <{2}>", what, expected, got));
            }
        }

        internal static void True(bool holds, string what)
        {
            if (!holds)
            {
                throw new Exception("not so: " + what);
            }
        }

        internal static void Contains(string part, string whole)
        {
            True(whole != null && whole.Contains(part), "\"" + part + "\" in \"" + whole + "\"");
        }

        /// <summary>The exception itself, of exactly this class.</summary>
        internal static T Throws<T>(Action act)
            where T : Exception
        {
            try
            {
                act();
            }
            catch (Exception problem)
            {
                if (problem.GetType() == typeof(T))
                {
                    return (T)problem;
                }
                throw new Exception("expected " + typeof(T).Name + ", got " + problem, problem);
            }
            throw new Exception("expected " + typeof(T).Name + ", got nothing");
        }
    }
}
