"""The published programme as files for others: calendars, schedule.xml, schedule.json, tables."""
