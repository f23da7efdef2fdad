"""The published programme as files that others read: calendars, schedule.xml, schedule.json, tables."""
